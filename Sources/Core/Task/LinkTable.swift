/// What a task knows about things that other partitions know about, too: the won opportunities of each account, and
/// the activities of each opportunity.
///
/// The parts of all tasks are merged at publication (`DerivedCells`), so that neither needs the other's partition.
struct LinkTable: ~Copyable {
  /// How one row stands in the links.
  struct Standing {
    /// The opportunity's key when it is won.
    var wonLow = FieldValue.absent
    var wonHigh: Int64 = 0
    var account = FieldValue.absent
    /// The opportunity that an activity belongs to, and when it happened.
    var contact = FieldValue.absent
    var contactTime: Int64 = 0
  }

  struct Account: BitwiseCopyable {
    var key: Int64
    var head: UInt32
  }

  struct Win: BitwiseCopyable {
    var low: Int64
    var high: Int64
    var next: UInt32
  }

  struct Contact: BitwiseCopyable {
    var key: Int64
    var count: Int64
    /// The earliest activity of streams, which are never taken back.
    var streamFirst: Int64
    /// Activities of tables.
    var head: UInt32
  }

  struct Moment: BitwiseCopyable {
    var time: Int64
    var next: UInt32
  }

  private(set) var accounts = FlatArray<Account>()
  private var accountIndex = IndexTable()
  private var wins = FlatArray<Win>()
  private var freeWin: UInt32 = 0
  private(set) var contacts = FlatArray<Contact>()
  private var contactIndex = IndexTable()
  private var moments = FlatArray<Moment>()
  private var freeMoment: UInt32 = 0
  /// Accounts and opportunities that changed since the ledger looked.
  var changedAccounts = FlatArray<Int64>()
  var changedContacts = FlatArray<Int64>()
  /// How many of them, from the front, date from a silent replay and are not to be published.
  private(set) var silentAccountCount = 0
  private(set) var silentContactCount = 0
  /// How often anything changed, ever; the revision of derived cells.
  private(set) var changeCount: UInt64 = 0

  private let opportunity: Int
  private let activity: Int
  private let tracksAccounts: Bool
  private let tracksContacts: Bool
  private let statusField: Int
  private let accountField: Int
  private let opportunityField: Int
  private let activityStatusField: Int
  private let activityTime: [(isSince: Bool, field: Int32)]
  private static let won = Hashing.textValue("won")
  private static let activitiesMax: Int64 = 1 << 32
  private static let completed = Hashing.textValue("completed")

  /// Memory that is allocated, in bytes.
  var byteCount: Int {
    accounts.byteCount + accountIndex.byteCount + wins.byteCount + contacts.byteCount + contactIndex.byteCount
      + moments.byteCount + changedAccounts.byteCount + changedContacts.byteCount
  }

  init(catalogue: Catalogue) {
    opportunity = catalogue.entity("opportunity") ?? -1
    activity = catalogue.entity("activity") ?? -1
    tracksAccounts =
      catalogue.firstWinEntity >= 0 && catalogue.entityPrograms[catalogue.firstWinEntity].groups.count > 0
    tracksContacts =
      catalogue.contactEntity >= 0 && catalogue.entityPrograms[catalogue.contactEntity].groups.count > 0
    func field(_ entity: Int, _ name: String) -> Int {
      entity < 0 ? -1 : catalogue.entities[entity].field(name) ?? -1
    }
    statusField = field(opportunity, "status")
    accountField = field(opportunity, "accountId")
    opportunityField = field(activity, "opportunityId")
    activityStatusField = field(activity, "status")
    var sources: [(isSince: Bool, field: Int32)] = []
    if field(activity, "startAt") >= 0 { sources.append((false, Int32(field(activity, "startAt")))) }
    if activityStatusField >= 0 { sources.append((true, Int32(activityStatusField))) }
    activityTime = sources
  }

  /// Ends the silent part: what changed so far is taken in without being published.
  mutating func endSilence() {
    silentAccountCount = changedAccounts.count
    silentContactCount = changedContacts.count
  }

  /// Forgets what the ledger has taken in.
  mutating func clearChanges() {
    changedAccounts.removeAll()
    changedContacts.removeAll()
    silentAccountCount = 0
    silentContactCount = 0
  }

  // MARK: - Standing

  func standing(_ entity: Int, _ table: UnsafeMutablePointer<RowTable>, _ number: Int) -> Standing {
    var standing = Standing()
    if table.pointee.isRemoved(number) { return standing }
    if entity == opportunity, tracksAccounts || tracksContacts, statusField >= 0,
      table.pointee.value(number, field: statusField) == Self.won
    {
      (standing.wonLow, standing.wonHigh) = table.pointee.key(number)
      if accountField >= 0 { standing.account = table.pointee.value(number, field: accountField) }
    } else if entity == activity, tracksContacts {
      fillContact(&standing, table.pointee.view(number))
    }
    return standing
  }

  private func fillContact(_ standing: inout Standing, _ view: RowView) {
    guard opportunityField >= 0, view.values[opportunityField] != FieldValue.absent else { return }
    let status = activityStatusField >= 0 ? view.values[activityStatusField] : FieldValue.absent
    guard status == FieldValue.absent || status == Self.completed else { return }
    standing.contact = view.values[opportunityField]
    standing.contactTime = activityTime(view)
  }

  private func activityTime(_ view: RowView) -> Int64 {
    for source in activityTime {
      if source.isSince {
        if let found = view.since(source.field) { return found.time }
      } else if view.values[Int(source.field)] != FieldValue.absent {
        return view.values[Int(source.field)]
      }
    }
    return view.firstTime
  }

  /// Follows a row's change.
  mutating func move(from old: Standing, to new: Standing) {
    if old.wonLow != FieldValue.absent || new.wonLow != FieldValue.absent { moveWin(old, new) }
    if old.contact != FieldValue.absent || new.contact != FieldValue.absent { moveContact(old, new) }
  }

  /// An activity's row is evicted: that it was stays, as with an activity of a stream, so nothing is reported as changed.
  ///
  /// Rows of won opportunities are never evicted while links are kept: which win of an account was the first, and what
  /// led to a win, cannot be found out again.
  mutating func forget(_ standing: Standing) {
    guard standing.contact != FieldValue.absent else { return }
    let place = contactPlace(standing.contact)
    removeMoment(place, standing.contactTime)
    contacts.base[place].count += 1
    contacts.base[place].streamFirst = min(contacts[place].streamFirst, standing.contactTime)
  }

  private mutating func moveWin(_ old: Standing, _ new: Standing) {
    changeCount += 1
    if tracksContacts {
      changedContacts.append(old.wonLow != FieldValue.absent ? old.wonLow : new.wonLow)
    }
    guard tracksAccounts else { return }
    if old.account != new.account {
      if old.account != FieldValue.absent { removeWin(old) }
      if new.account != FieldValue.absent { addWin(new) }
    }
    if old.account != FieldValue.absent { changedAccounts.append(old.account) }
    if new.account != FieldValue.absent, new.account != old.account { changedAccounts.append(new.account) }
  }

  private mutating func addWin(_ standing: Standing) {
    let accounts = accounts.base
    var place = accountIndex.find(UInt64(bitPattern: standing.account)) {
      accounts[$0].key == standing.account
    }
    if place < 0 {
      place = self.accounts.count
      self.accounts.append(Account(key: standing.account, head: 0))
      let grown = self.accounts.base
      accountIndex.insert(UInt64(bitPattern: standing.account), row: place) {
        UInt64(bitPattern: grown[$0].key)
      }
    }
    let win = Win(low: standing.wonLow, high: standing.wonHigh, next: self.accounts[place].head)
    if freeWin != 0 {
      let taken = Int(freeWin) - 1
      freeWin = wins[taken].next
      wins[taken] = win
      self.accounts.base[place].head = UInt32(taken + 1)
    } else {
      wins.append(win)
      self.accounts.base[place].head = UInt32(wins.count)
    }
  }

  private mutating func removeWin(_ standing: Standing) {
    let accounts = accounts.base
    let place = accountIndex.find(UInt64(bitPattern: standing.account)) {
      accounts[$0].key == standing.account
    }
    guard place >= 0 else { return }
    var link = accounts[place].head
    var before: UInt32 = 0
    while link != 0 {
      let win = wins[Int(link) - 1]
      if win.low == standing.wonLow, win.high == standing.wonHigh {
        if before == 0 { accounts[place].head = win.next } else { wins.base[Int(before) - 1].next = win.next }
        wins.base[Int(link) - 1].next = freeWin
        freeWin = link
        return
      }
      before = link
      link = win.next
    }
  }

  /// The keys of an account's won opportunities in this task.
  func forEachWin(of account: Int64, _ body: (Int64, Int64) -> Void) {
    let accounts = accounts.base
    let place = accountIndex.find(UInt64(bitPattern: account)) { accounts[$0].key == account }
    guard place >= 0 else { return }
    var link = accounts[place].head
    while link != 0 {
      body(wins[Int(link) - 1].low, wins[Int(link) - 1].high)
      link = wins[Int(link) - 1].next
    }
  }

  // MARK: - Contacts

  mutating func countStreamContact(_ entity: Int, _ view: RowView) {
    guard tracksContacts, entity == activity else { return }
    var standing = Standing()
    fillContact(&standing, view)
    guard standing.contact != FieldValue.absent else { return }
    let place = contactPlace(standing.contact)
    contacts.base[place].count += 1
    contacts.base[place].streamFirst = min(contacts[place].streamFirst, standing.contactTime)
    changeCount += 1
    changedContacts.append(standing.contact)
  }

  private mutating func moveContact(_ old: Standing, _ new: Standing) {
    if old.contact == new.contact, old.contactTime == new.contactTime { return }
    changeCount += 1
    if old.contact != FieldValue.absent {
      removeMoment(contactPlace(old.contact), old.contactTime)
      changedContacts.append(old.contact)
    }
    if new.contact != FieldValue.absent {
      addMoment(contactPlace(new.contact), new.contactTime)
      if new.contact != old.contact { changedContacts.append(new.contact) }
    }
  }

  private mutating func contactPlace(_ key: Int64) -> Int {
    let known = contacts.base
    let place = contactIndex.find(UInt64(bitPattern: key)) { known[$0].key == key }
    if place >= 0 { return place }
    contacts.append(Contact(key: key, count: 0, streamFirst: .max, head: 0))
    let grown = contacts.base
    contactIndex.insert(UInt64(bitPattern: key), row: contacts.count - 1) {
      UInt64(bitPattern: grown[$0].key)
    }
    return contacts.count - 1
  }

  private mutating func addMoment(_ place: Int, _ time: Int64) {
    let moment = Moment(time: time, next: contacts[place].head)
    contacts.base[place].count += 1
    if freeMoment != 0 {
      let taken = Int(freeMoment) - 1
      freeMoment = moments[taken].next
      moments[taken] = moment
      contacts.base[place].head = UInt32(taken + 1)
    } else {
      moments.append(moment)
      contacts.base[place].head = UInt32(moments.count)
    }
  }

  private mutating func removeMoment(_ place: Int, _ time: Int64) {
    var link = contacts[place].head
    var before: UInt32 = 0
    while link != 0 {
      let moment = moments[Int(link) - 1]
      if moment.time == time {
        if before == 0 {
          contacts.base[place].head = moment.next
        } else {
          moments.base[Int(before) - 1].next = moment.next
        }
        contacts.base[place].count -= 1
        moments.base[Int(link) - 1].next = freeMoment
        freeMoment = link
        return
      }
      before = link
      link = moment.next
    }
  }

  /// How many activities an opportunity has in this task, and when the first was (`Int64.max` without any).
  func contact(of opportunity: Int64) -> (count: Int64, first: Int64) {
    let known = contacts.base
    let place = contactIndex.find(UInt64(bitPattern: opportunity)) { known[$0].key == opportunity }
    guard place >= 0 else { return (0, .max) }
    var first = contacts[place].streamFirst
    var link = contacts[place].head
    while link != 0 {
      first = min(first, moments[Int(link) - 1].time)
      link = moments[Int(link) - 1].next
    }
    return (contacts[place].count, first)
  }

  // MARK: - Snapshot

  /// Writes what cannot be found again from the rows: the activities of streams. The rest is rebuilt.
  func encode(into output: inout SnapshotWriter) {
    output.write(changeCount)
    let contact = contacts.base
    // Places depend on what was met first, which after a restart are the rows.
    let places = (0..<contacts.count).filter { contact[$0].streamFirst != .max }
      .sorted { contact[$0].key < contact[$1].key }
    output.write(UInt32(places.count))
    for place in places {
      var rowMoments: Int64 = 0
      var link = contact[place].head
      while link != 0 {
        rowMoments += 1
        link = moments[Int(link) - 1].next
      }
      output.write(contact[place].key)
      output.write(contact[place].count - rowMoments)
      output.write(contact[place].streamFirst)
    }
  }

  mutating func decode(from input: inout SnapshotReader) throws(SnapshotFault) {
    let changes = try input.readUInt64()
    for _ in 0..<(try input.readCount(itemBytes: 24)) {
      let place = contactPlace(try input.readInt64())
      let count = try input.readInt64()
      guard (0...Self.activitiesMax).contains(count) else {
        throw .malformed("an opportunity has \(count) activities")
      }
      contacts.base[place].count += count
      contacts.base[place].streamFirst = try input.readInt64()
    }
    changeCount = changes
  }

  /// Enters a restored row; what it touches is reported as changed, but not counted as a change.
  mutating func restore(_ standing: Standing) {
    if tracksAccounts, standing.account != FieldValue.absent {
      addWin(standing)
      changedAccounts.append(standing.account)
    }
    if tracksContacts, standing.wonLow != FieldValue.absent { changedContacts.append(standing.wonLow) }
    if standing.contact != FieldValue.absent {
      addMoment(contactPlace(standing.contact), standing.contactTime)
    }
  }
}
