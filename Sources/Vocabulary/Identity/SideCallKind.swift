/// What a gateway may ask outside while it works on a request, or on nobody's behalf.
@frozen
public enum SideCallKind: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
  /// The embedding of the request's text; the answer is told by `Gateway.embedded`.
  case embedding
  /// How hard the request is: a score in [0, 1], as `value` / 2⁶³.
  case complexity
  /// Whether a deployment is well; `value` is 1 if it is.
  case probe
  /// A question to the central store of counters.
  case store
  /// A look into a cache that replicas share; the answer is told by `Gateway.found`.
  case cache
  /// A look for the nearest question in a store of vectors that replicas share; told likewise.
  case vectors

  /// The name, as scenario files and keys of chance spell it.
  public var name: String {
    switch self {
    case .embedding: "embedding"
    case .complexity: "complexity"
    case .probe: "probe"
    case .store: "store"
    case .cache: "cache"
    case .vectors: "vectors"
    }
  }
}

/// A set of kinds of side calls.
@frozen
public struct SideCallKinds: OptionSet, BitwiseCopyable, Sendable, Hashable {
  /// One bit a kind, in the order of its raw value.
  public var rawValue: UInt8

  /// Makes a set of bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Makes a set of one kind.
  @inlinable public init(_ kind: SideCallKind) { rawValue = 1 << kind.rawValue }

  /// The embedding of a request's text.
  public static let embedding = SideCallKinds(.embedding)
  /// A score of how hard a request is.
  public static let complexity = SideCallKinds(.complexity)
  /// The health of a deployment.
  public static let probe = SideCallKinds(.probe)
  /// The central store of counters.
  public static let store = SideCallKinds(.store)
  /// The cache that replicas share.
  public static let cache = SideCallKinds(.cache)
  /// The store of vectors that they share.
  public static let vectors = SideCallKinds(.vectors)
}

/// What a side call costs: an amount a call and a price an input token.
@frozen
public struct SideCallPrice: BitwiseCopyable, Sendable, Hashable {
  /// The amount of every call.
  public var perCall: Money
  /// The price of an input token of the request.
  public var perInputToken: TokenPrice

  /// Makes a price.
  @inlinable
  public init(perCall: Money = .zero, perInputToken: TokenPrice = .zero) {
    self.perCall = perCall
    self.perInputToken = perInputToken
  }

  /// Nothing.
  @inlinable public static var free: SideCallPrice { SideCallPrice() }

  /// The bill of one call about a request of `inputTokens`, rounded once, half to even.
  @inlinable
  public func bill(inputTokens: UInt32) -> Money {
    let sheet = PriceSheet(input: perInputToken, cachedInput: perInputToken, output: .zero)
    return perCall + sheet.bill(for: Usage(inputTokens: inputTokens))
  }
}
