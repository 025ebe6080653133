/// The configurations that fuzzing runs under.
enum FuzzConfiguration {
  private static let head = """
    kafka: { brokers: "127.0.0.1:1", group: fuzz }
    input: { topics: [fuzz] }
    catalogue: { windows: [hour, day, all], scopes: [rep, team, company] }

    """

  static let plain = head

  static let mapped =
    head + """
      mappings:
        - name: flat
          when: { /type: { exists: true } }
          event:
            id: /id
            entity: { from: /type, map: { deal: opportunity, "*": activity } }
            entityId: { first: [/key, h:entity, k:key] }
            occurredAt: { from: /time, as: time }
            op: { from: /op, map: { removed: delete, "*": upsert } }
            version: /version
          data:
            kind: { from: /type, map: { call.completed: call, email.sent: email, "*": other } }
            ownerId: /rep
            teamId: { join: [/team, h:team], separator: ":", null: absent }
            amount: { from: /data/amount, as: decimal }
            durationSec: { from: /data/millis, as: ms_to_s, null: absent }
            status: { first: [/status, { const: completed }] }
      """
}
