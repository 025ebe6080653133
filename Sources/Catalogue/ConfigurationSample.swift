/// A configuration file to start from.
public enum ConfigurationSample {
  /// Every section with its default and a comment; it loads without diagnostics.
  public static let yaml = """
    # yaml-language-server: $schema=configuration.schema.json
    # (`nadi config schema` prints that file, by which editors complete and check this one.)
    # Configuration of Nadi. Only kafka.brokers and input.topics are needed: all else has its default here.
    # `nadi validate --config FILE` says everything that is wrong with a file at once.

    kafka:
      brokers: "127.0.0.1:9092"        # host:port, or a list of them
      group: nadi                      # the consumer group
      # instance: "a"                  # tells the processes of a group apart; each state directory says one of its own
      membership: static               # or dynamic: hands over at once when stopped, misses it longer when it dies
      delivery: exactly_once           # or at_least_once, for brokers without transactions
      # tls: true                      # or { ca: PATH, certificate: PATH, key: { file: PATH } }
      # sasl: { mechanism: SCRAM-SHA-512, username: nadi, password: { credential: kafka_password } }
      properties: {}                   # passed to librdkafka, such as { session.timeout.ms: "45000" }

    input:
      topics: [sales.activity.v1]

    output:
      topic: sales.metrics.v1
      dead_letter: sales.activity.v1.dlq   # the first input topic with .dlq
      late: sales.activity.v1.late         # the first input topic with .late
      partitions: 4                    # used only when a topic must be created
      replication: -1                  # -1 leaves it to the broker

    state:
      directory: ./nadi-state
      snapshot_interval: 60s
      snapshots_kept: 3

    emit:
      interval: 1s                     # the least time between two updates of one number

    workers: 1                         # threads that decode, 1 to 16

    limits:
      record_bytes: 1MiB               # larger records are dead letters
      key_bytes: 1KiB                  # so are records with larger keys
      depth: 32                        # objects and lists within each other
      dimension_values: 1000000        # further reps, teams, … are added up as __other__

    http:                              # health, metrics, queries and a page for people
      enabled: true
      address: 127.0.0.1:9465          # port 0 takes any free one; other machines need token and tls
      # token: { file: /etc/nadi/http-token }              # or { credential: NAME }
      # tls: { certificate: /etc/nadi/server.pem, key: { file: /etc/nadi/server.key } }
      ready_lag: 100000                # with more records waiting the daemon is not ready
      stall: 30s                       # a loop that stands still for longer is not alive
      view: 64MiB                      # memory for the last committed updates

    catalogue:
      zone: UTC                        # an IANA name, such as Asia/Kuala_Lumpur
      week_starts: monday
      fiscal_year_starts: january
      grace: 24h                       # how long past its end a window still takes events
      # retention: 1100d               # how long past its end it can be corrected; hours 7d
      emit: change                     # or close, or the least time between updates of one number: 5m
      late: dead_letter                # or amend (while the window is kept), or next (count it now, marked)
      tombstones: false                # true deletes the key of a number whose window is kept no longer
      disorder: 10s                    # how far behind the newest event others are still in order
      future_skew: 5m                  # events further ahead of their record are dead letters
      duplicate_horizon: 1h            # how long event ids are remembered; 0s turns it off
      row_retention: 1100d             # how long rows are kept for corrections

      surveys:
        enps_scale: [0, 10]
        promoter_from: 9
        detractor_to: 6
        minimum_responses: 5           # from fewer people, survey metrics have no value

      # The fiscal year of whole weeks, for retail_period, retail_quarter and retail_year:
      # retail: { pattern: 4-4-5, first_month: january, first_day: monday, alignment: nearest }
      working_days: { weekend: [saturday, sunday], holidays: [] }

      # Calendar windows, or lengths such as 15m, or { name: minute, size: 1m, grace: 5m, retention: 2d }; also
      # { name: last_minute, size: 60s, slide: 1s }, { name: rolling_28d, rolling: 28d },
      # { name: month_to_date, to_date: month, step: day } and sessions { name: calling_block, gap: 30m }.
      windows: [day, week, month, quarter, year, fiscal_quarter, fiscal_year, all]

      # Whose numbers; also { name: rep_kind, dimensions: [rep, kind], parent: rep }.
      scopes: [rep, team, region, company, stage, source, product, kind, industry]

      # Regions with days of their own, and zeros for those who did nothing:
      # zones: { dimension: region, scopes: [region, team, rep], values: { my-3: Asia/Kuala_Lumpur } }
      # roster: { scopes: { rep: learnt, team: [team-1, team-2] }, windows: [day, week], horizon: 90d }

      built_in: all                    # or none, or a list of built-in metrics

      # Fields beyond the built-in ones, and entities of your own:
      # entities:
      #   activity: { fields: { campaign: string } }
      # dimensions:
      #   campaign: campaign
      # measures:
      #   escalations: { entity: activity, count: true, where: { kind: escalation } }
      # metrics:
      #   escalations_per_call:
      #     formula: escalations / calls
      #     unit: ratio
      #     direction: down
      #     text: Escalations for each call.
      #     zone: Asia/Kuala_Lumpur      # also for built-in metrics, as are emit, late, zero, scopes, windows
      #     emit: close
      #     late: amend
      #     zero: false                  # no zeros for the roster

    # Records that are neither CloudEvents nor canonical events are described here:
    # mappings:
    #   - name: flat
    #     when: { /type: { exists: true } }
    #     event:
    #       id: /id
    #       entity: { const: activity }
    #       occurredAt: { from: /time, as: time }
    #     data:
    #       kind: { from: /type, map: { call.completed: call, email.sent: email, "*": other } }
    #       ownerId: /rep
    """
}
