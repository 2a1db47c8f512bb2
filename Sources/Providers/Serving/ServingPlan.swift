public import Vocabulary

/// A model on replicas of one's own: how many, how fast, and how they take in work.
public struct ServingPlan: Sendable, Hashable {
  /// How prompts and answers share a replica.
  public enum Mixing: Sendable, Hashable {
    /// Waiting prompts come first, in one iteration of at most so many tokens (at least one prompt);
    /// answers stand still meanwhile (vLLM's first scheduler).
    case prefillFirst(tokens: Int64)
    /// Every iteration makes a token of each answer and gives what is left of its tokens to the first
    /// waiting prompt (Agrawal et al., "Sarathi-Serve", OSDI 2024).
    case chunked(tokens: Int64)
  }

  /// Who of the waiting is next.
  public enum Order: UInt8, Sendable, Hashable, CaseIterable {
    /// The first that came.
    case fifo
    /// The one with the fewest uncached prompt tokens.
    case shortestPrompt
    /// The one of the highest priority, then the first that came.
    case priority
  }

  /// Where the waiting wait.
  public enum Dispatch: UInt8, Sendable, Hashable, CaseIterable {
    /// In one line for all replicas; whoever has room takes the next (M/M/c).
    case shared
    /// In a line of the replica that had the fewest in hand when they came.
    case leastLoaded
  }

  /// How the number of replicas follows the load.
  public struct Autoscaling: Sendable, Hashable {
    /// The fewest replicas.
    public var least: Int
    /// The most replicas.
    public var most: Int
    /// Attempts in flight for each replica that it aims at.
    public var target: Double
    /// How often it looks.
    public var every: Duration
    /// How long a new replica takes until it serves; it is paid for meanwhile.
    public var startUp: Duration
    /// For so long it must have wanted fewer before it takes some away.
    public var coolDown: Duration

    /// Makes a rule.
    public init(
      least: Int, most: Int, target: Double, every: Duration = .seconds(15),
      startUp: Duration, coolDown: Duration = .seconds(300)
    ) {
      self.least = least
      self.most = max(least, most)
      self.target = target
      self.every = every
      self.startUp = startUp
      self.coolDown = coolDown
    }
  }

  /// How many replicas there are at the start.
  public var replicas: Int
  /// The most answers that a replica works on at a time.
  public var batch: Int
  /// How fast a replica is.
  public var speed: ServingSpeed
  /// Tokens of context that a replica's memory holds.
  public var memory: Int64
  /// Whether the memory for an answer is set aside by its output cap (text-generation-inference) or
  /// by what it will really need, which no real server knows.
  public var reservesCap: Bool
  /// Whether nothing is set aside: an answer takes memory token by token, and where it runs out the
  /// answer that came last is put back in front of the line and its context computed anew (vLLM).
  public var preempts = false
  /// How the speed wanders beside the load; `nil` if it does not.
  public var drift: Drift?
  /// How prompts and answers share a replica.
  public var mixing: Mixing
  /// Who is next.
  public var order: Order
  /// Where the waiting wait.
  public var dispatch: Dispatch
  /// The most that wait; of replicas with lines of their own, in each line.
  public var queue: Int
  /// The status of who finds the queue full.
  public var fullStatus: UInt16
  /// How long that refusal takes.
  public var answers: Duration
  /// How long that refusal asks to wait.
  public var retryAfter: RetryAfter
  /// How the number of replicas follows the load; `nil` if it does not.
  public var autoscaling: Autoscaling?

  /// Makes a plan.
  public init(
    replicas: Int, batch: Int, speed: ServingSpeed, memory: Int64 = .max, reservesCap: Bool = false,
    mixing: Mixing = .prefillFirst(tokens: 8192), order: Order = .fifo,
    dispatch: Dispatch = .shared,
    queue: Int = .max, fullStatus: UInt16 = 503, answers: Duration = Fault.usualDelay,
    retryAfter: RetryAfter = .unsaid, autoscaling: Autoscaling? = nil
  ) {
    self.replicas = replicas
    self.batch = batch
    self.speed = speed
    self.memory = memory
    self.reservesCap = reservesCap
    self.mixing = mixing
    self.order = order
    self.dispatch = dispatch
    self.queue = queue
    self.fullStatus = fullStatus
    self.answers = answers
    self.retryAfter = retryAfter
    self.autoscaling = autoscaling
  }

  /// The most replicas that there ever are.
  var mostReplicas: Int { max(1, max(replicas, autoscaling?.most ?? replicas)) }
}
