import Chance
import GatewayCore
import Providers
import Settings
import Traffic
import Vocabulary

/// A compiled scenario: names have become dense ids, every value has its unit.
///
/// The world (streams, fleet, incidents, cases) and the policies are separate: `Laboratory` runs
/// every policy in every case, in the same world.
public struct Scenario: Sendable {
  /// A named set of incidents; each case × policy is a row of the result.
  public struct Case: Sendable {
    /// The name.
    public var name: String
    /// Indices into `fleet.incidents` that are active.
    public var incidents: [Int]
    /// Indices into `gatewayIncidents` that are active.
    public var gateway: [Int] = []
    /// Makes a case.
    public init(name: String, incidents: [Int]) {
      self.name = name
      self.incidents = incidents
    }
  }

  /// A policy, compiled, with the setting that it came from.
  public struct Policy: Sendable {
    /// The name.
    public var name: String
    /// The compiled policy.
    public var plan: GatewayPlan
    /// The policy as it stands after `extends`: for the effective difference and `--resolved`.
    public var setting: Setting
    /// Makes a policy.
    public init(name: String, plan: GatewayPlan, setting: Setting) {
      self.name = name
      self.plan = plan
      self.setting = setting
    }
  }

  /// Where a number in the file came from: the report counts and lists them.
  public struct Provenance: Sendable, Hashable {
    /// The key path it concerns, such as `deployments["openai"]`.
    public var path: String
    /// The `source` text; `nil` for what is assumed.
    public var source: String?
    /// Makes a provenance.
    public init(path: String, source: String?) {
      self.path = path
      self.source = source
    }
  }

  /// How many replications: `from` at first, more until all is decided, at most `upTo`.
  public struct Replications: Sendable, Hashable {
    /// Run at least these.
    public var from: Int
    /// Run at most these.
    public var upTo: Int
    /// Makes a number of replications.
    public init(from: Int = 10, upTo: Int = 10) {
      self.from = from
      self.upTo = upTo
    }
  }

  /// The scenario's name: that of its folder.
  public var name = ""
  /// The path of the scenario's file.
  public var path = ""
  /// The question it answers.
  public var question = ""
  /// The seed.
  public var seed: UInt64 = 1
  /// How many replications.
  public var replications = Replications()
  /// The index of the policy that the others are compared with.
  public var baseline = 0
  /// The calendar: what civil time the run's instant zero is.
  public var calendar: Calendar?
  /// The instant at which measuring begins: the length of the warm-up.
  ///
  /// File instants count from here; the run's instant zero is the start of the warm-up.
  public var warmUp: Instant = .start
  /// The instant at which arrivals stop and measuring ends.
  public var horizon: Instant
  /// When the run ends even if requests are open: horizon + `drain`.
  public var end: Instant
  /// How many replicas the gateway has, and how long gossip takes.
  public var replicas = 1
  /// How long gossip takes; `nil` if replicas keep to themselves.
  public var gossipLag: Duration?
  /// The streams of traffic.
  public var streams: [StreamPlan]
  /// The providers, with all incidents of the file.
  public var fleet: FleetPlan
  /// The services that the gateway may ask beside its upstreams.
  public var services = ServicesPlan()
  /// The incidents on the gateway itself.
  public var gatewayIncidents: [GatewayIncident] = []
  /// The cases; one named "default" with all incidents if the file names none.
  public var cases: [Case]
  /// The policies, in the order of the file.
  public var policies: [Policy]
  /// The objective that goodput counts, by alias; `nil` without one.
  public var objectives: [Objective?] = []
  /// How much a difference must be to matter: availability in points, cost and latency as shares.
  public var matters = Matters()
  /// The aliases, in order of their ids.
  public var aliases: [String]
  /// Everything else that has a name.
  public var names: TrafficNames
  /// The populations behind the ids.
  public var populations: Populations
  /// What is expected of the policies: `expect`, `never` and `sometimes`.
  public var expectations = Expectations()
  /// The files read, with their checksums, in order of reading.
  public var inputs: [(file: String, checksum: String)] = []
  /// Where its numbers came from.
  public var provenance: [Provenance] = []
  /// Where its data files are looked for.
  public var data = DataFolders(beside: "")
  /// The whole file after `use`, `extends` and `--set`: for `check --resolved`.
  public var resolved: Setting

  /// What a difference must be to matter.
  public struct Matters: Sendable, Hashable {
    /// Points of availability (0.0005 is 0.05 points).
    public var availability = 0.0005
    /// Share of the cost.
    public var cost = 0.02
    /// Share of the latency.
    public var latency = 0.05
    /// Makes the defaults.
    public init() {}
  }

  /// An objective for goodput.
  public struct Objective: Sendable, Hashable {
    /// The first token must have come by then.
    public var firstToken: Duration?
    /// The whole answer must have come by then.
    public var endToEnd: Duration?
    /// Makes an objective.
    public init(firstToken: Duration? = nil, endToEnd: Duration? = nil) {
      self.firstToken = firstToken
      self.endToEnd = endToEnd
    }
  }

  /// Makes a scenario of its parts.
  public init(
    horizon: Instant, end: Instant, streams: [StreamPlan], fleet: FleetPlan, cases: [Case],
    policies: [Policy], aliases: [String], names: TrafficNames, populations: Populations,
    resolved: Setting
  ) {
    self.horizon = horizon
    self.end = end
    self.streams = streams
    self.fleet = fleet
    self.cases = cases
    self.policies = policies
    self.aliases = aliases
    self.names = names
    self.populations = populations
    self.resolved = resolved
  }
}

/// How a scenario is found and changed from the command line.
public struct ScenarioOptions: Sendable {
  /// Folders to search for data files, after the scenario's own.
  public var dataFolders: [String] = []
  /// `--set path=value`, in order.
  public var sets: [String] = []
  /// `--policy FILE[#name]`: policies from outside, added to those of the file.
  public var policies: [String] = []
  /// `--seed`.
  public var seed: UInt64?
  /// `--replications N`: exactly so many.
  public var replications: Int?
  /// `--case NAME`: only these; all if empty.
  public var cases: [String] = []
  /// `--skip-bad-rows`.
  public var skipsBadRows = false
  /// A total of arrivals per stream that replaces `count` in the file: `bench small-v1 N`.
  public var count: Int?
  /// Makes the defaults.
  public init() {}
}
