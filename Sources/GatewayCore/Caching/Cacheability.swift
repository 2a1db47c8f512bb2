import Settings
import Vocabulary

/// Which requests a cache serves at all, and which answers it keeps.
///
/// Only whole answers with status 200 are ever kept. A tag says what a client would say in a header
/// or a body: `bypass` (neither look nor keep: LiteLLM `no-cache` and `no-store`, Portkey and Kong
/// `Cache-Control: no-store`), `refresh` (do not look, keep: Portkey `x-portkey-cache-force-refresh`,
/// LiteLLM `no-cache`), `noStore` (look, do not keep: LiteLLM `no-store`), `only` and `never` (a
/// temperature, a data class). Every tag of a rule counts by itself: one that matches is enough.
/// - Complexity: O(1); nothing at all if no rule is stated.
public struct Cacheability: BitwiseCopyable, Sendable {
  /// What the cache does for a request.
  enum Treatment: UInt8, BitwiseCopyable {
    /// Look, and keep the answer.
    case both
    /// Keep the answer only.
    case keep
    /// Look only.
    case look
    /// Nothing.
    case neither

    var looks: Bool { self == .both || self == .look }
    var keeps: Bool { self == .both || self == .keep }
  }

  private var only: TagSet
  private var never: TagSet
  private var bypass: TagSet
  private var refresh: TagSet
  private var noStore: TagSet
  private var leastInput: UInt32
  private var mostInput: UInt32
  private var outputTokens: UInt32
  private var streamed: Bool
  /// The share of requests that are asked anew although they might be answered.
  var refreshShare: Double
  /// Whether all requests are treated alike.
  let isPlain: Bool

  /// Everything is cacheable.
  init() {
    (only, never, bypass, refresh, noStore) = ([], [], [], [], [])
    (leastInput, mostInput) = (0, .max)
    outputTokens = .max
    streamed = true
    refreshShare = 0
    isPlain = true
  }

  /// Reads the keys of a cache that say what is cacheable.
  init(reading s: inout SettingsReader, tags: [String]) throws(SettingError) {
    only = try s.tags("only", among: tags, "serve only requests with one of these tags")
    never = try s.tags("never", among: tags, "serve no request with one of these tags")
    bypass = try s.tags("bypass", among: tags, "tags that ask neither to look nor to keep")
    noStore = try s.tags("noStore", among: tags, "tags that ask not to keep the answer")
    refresh = try s.tags("refresh", among: tags, "tags that ask for a new answer, which is kept")
    refreshShare = try s.share(
      "refreshShare", default: .never, "share of requests that get a new answer, which is kept"
    ).value
    let least = try s.integer(
      "minInputTokens", default: 0, in: 0...Int(UInt32.max), "fewer input tokens are not cached")
    let most = try s.integer(
      "maxInputTokens", default: Int(UInt32.max), in: 0...Int(UInt32.max),
      "more input tokens are not cached")
    try s.require(
      least <= most, "maxInputTokens", expected: "no fewer than minInputTokens (\(least))")
    (leastInput, mostInput) = (UInt32(least), UInt32(most))
    outputTokens = UInt32(
      try s.integer(
        "maxOutputTokens", default: Int(UInt32.max), in: 0...Int(UInt32.max),
        "longer answers are not kept"))
    streamed = try s.flag("streamed", default: true, "whether streamed answers are cached")
    isPlain =
      only.isEmpty && never.isEmpty && bypass.isEmpty && noStore.isEmpty && refresh.isEmpty
      && refreshShare == 0 && least == 0 && most == Int(UInt32.max) && outputTokens == .max
      && streamed
  }

  /// What the cache does for a request; `draws` decides about the refreshed share.
  @inline(__always)
  func treatment(of request: borrowing Request, draws: CacheDraws) -> Treatment {
    isPlain ? .both : stated(request, draws)
  }

  @inline(never)
  private func stated(_ request: borrowing Request, _ draws: CacheDraws) -> Treatment {
    if !only.isEmpty, request.tags.isDisjoint(with: only) { return .neither }
    if !request.tags.isDisjoint(with: never.union(bypass)) { return .neither }
    let tokens = request.inputTokens
    if tokens < leastInput || tokens > mostInput { return .neither }
    if request.streams, !streamed { return .neither }
    var refreshes = !request.tags.isDisjoint(with: refresh)
    if refreshShare > 0, draws.refresh(request.call) < refreshShare { refreshes = true }
    let stores = request.tags.isDisjoint(with: noStore)
    return refreshes ? (stores ? .keep : .neither) : (stores ? .both : .look)
  }

  /// Whether an answer of that length is kept.
  @inline(__always)
  func keeps(_ usage: Usage) -> Bool { usage.outputTokens <= outputTokens }
}

extension SettingsReader {
  /// Tags as an object: `{ cache: "no", data: ["confidential", "secret"] }`.
  mutating func tags(
    _ key: String, among tags: [String], _ doc: String
  ) throws(SettingError) -> TagSet {
    var all = TagSet()
    for entry in try entries(
      key, doc,
      { name, value throws(SettingError) -> TagSet in
        var set = TagSet()
        for word in try value.words() {
          guard let bit = tags.firstIndex(of: "\(name)=\(word)") else {
            if value.isDescribing { continue }
            throw SettingError(at: value, unknown: "tag", name: "\(name)=\(word)", among: tags)
          }
          set.insert(TagSet(rawValue: 1 << UInt64(bit)))
        }
        return set
      })
    {
      all.formUnion(entry.value)
    }
    return all
  }
}

extension Setting {
  /// A text, or a list of texts.
  fileprivate func words() throws(SettingError) -> [String] {
    guard let elements else { return [try text()] }
    var words: [String] = []
    for element in elements { words.append(try element.text()) }
    return words
  }
}
