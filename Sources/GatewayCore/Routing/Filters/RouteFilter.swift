import Settings
import Vocabulary

/// A rule that leaves deployments out before any strategy sees them.
///
/// `filter` stands in a policy or at any node; filters intersect downwards, because a restriction
/// that a child could lift would be none (OpenRouter: the account's list is a ceiling). Only how
/// prompts are compared with the window, whether capabilities count and how tags match is a mode,
/// and of modes the nearest wins. With `if` a filter concerns some requests only. A deployment that
/// does not say its region is in none, and so on: what is not known is not allowed.
///
/// What can be decided when the policy is compiled is decided then: a leaf keeps only the rules
/// that may remove it, and a leaf that none can remove is never asked.
/// - Source: OpenRouter `only`, `ignore`, `max_price`; LiteLLM pre-call checks, `allowed_model_region`
///   and tag filter; Portkey conditional by metadata.
/// - Complexity: per leaf O(rules that may remove it).
struct RouteFilter: Sendable {
  /// What a deployment is looked at for.
  enum Trait: Int, CaseIterable {
    case deployments, providers, models, regions, residency

    /// The key in a file, and the word for one value.
    var words: (key: String, kind: String) {
      switch self {
      case .deployments: ("deployments", "deployment")
      case .providers: ("providers", "provider")
      case .models: ("models", "model")
      case .regions: ("regions", "region")
      case .residency: ("residency", "residency")
      }
    }

    func value(of facts: DeploymentFacts) -> String {
      switch self {
      case .deployments: facts.name
      case .providers: facts.provider
      case .models: facts.model
      case .regions: facts.region
      case .residency: facts.residency
      }
    }

    var removal: Note.Removal {
      self == .regions || self == .residency ? .residency : .excluded
    }
  }

  /// How prompts are compared with the context window.
  enum Window: Int { case input, total, ignore }

  /// The first test of `if`.
  var condition = RouteTest.holds
  var only: [Trait: [String]] = [:]
  var except: [Trait: [String]] = [:]
  /// Tags that a deployment must carry: of each key one.
  var tags: [UInt64] = []
  var input: TokenPrice?
  var output: TokenPrice?
  /// The most that a request may cost, in picodollars.
  var bill: Int64?
  var assumedOutput: UInt32 = 500
  var isSoft = false
  /// Where it stands, in `RouteTree.filterNames`.
  var place: UInt16 = 0
  // Modes.
  var window: Window?
  var countsCapabilities: Bool?
  var match: TagMatch?

  /// Why a deployment is left out whatever the request asks; `nil` if it is not.
  func removal(of facts: DeploymentFacts) -> Note.Removal? {
    for trait in Trait.allCases {
      let value = trait.value(of: facts)
      if let some = only[trait], !some.contains(value) { return trait.removal }
      if let some = except[trait], some.contains(value) { return trait.removal }
    }
    for one in tags where facts.tags.rawValue & one == 0 { return .tags }
    if let input, facts.sheet.input > input { return .price }
    if let output, facts.sheet.output > output { return .price }
    return nil
  }
}

/// One rule that may remove a leaf, asked for each request.
public struct RouteGuard: BitwiseCopyable, Sendable, Hashable {
  /// When it is asked at all.
  var condition: UInt16
  var removal: Note.Removal
  /// Whether it is dropped when it leaves nothing of the whole route.
  var isSoft: Bool
  /// Which filter it is of, in `RouteTree.filterNames`.
  var filter: UInt16
  /// Output tokens of a request without a cap.
  var assumedOutput: UInt32 = 0
  /// The most that the request may cost, in picodollars; `.min` removes whatever it costs.
  var bill: Int64 = .min
}

/// Which children take a request by its tags (LiteLLM `enable_tag_filtering`).
///
/// The request's tags r are those in `mask`. Children that carry one of r (or all of r: `all`) take
/// it; if there are none, those marked `default`. A request without such tags goes to those marked
/// `default`, or to all if none is. The rule is judged among the children that are otherwise fit.
///
/// With `prefixes`, a request's tag `!x` leaves out the children that carry x, and `&x` keeps only
/// those that do; these are no tags of r. What is left is judged as above; but if the request has no
/// plain tag, `&x` alone decides and the mark `default` does not count, and after `!x` alone nothing
/// else is tried. (The mark `default` is no tag: `!default` leaves out nobody.)
/// - Source: LiteLLM `router_strategy/tag_based_routing`.
public struct TagMatch: BitwiseCopyable, Sendable, Hashable {
  var mask: UInt64
  var all: Bool
  /// The request's tags that begin with `!`, and those that begin with `&`.
  var excluding: UInt64 = 0
  var requiring: UInt64 = 0

  /// Reads `matchTags`.
  init(reading s: inout SettingsReader, names: PolicyNames) throws(SettingError) {
    let keys = try s.list("by", "the keys of the tags that count; without it all") {
      value throws(SettingError) -> UInt64 in
      let key = try value.text()
      let mask = names.tagMask(key)
      guard mask != 0 || value.isDescribing else {
        let known = names.tags.map { String($0.prefix { $0 != "=" }) }
        throw SettingError(at: value, unknown: "tag key", name: key, among: known)
      }
      return mask
    }
    mask = keys.isEmpty ? .max : keys.reduce(0, |)
    all = try s.flag("all", default: false, "a child must carry all of the request's tags, not one")
    let prefixes = try s.flag(
      "prefixes", default: false,
      "a request's tag !x leaves out what carries x, and &x keeps only what does (LiteLLM)")
    if prefixes {
      excluding = names.tags(beginningWith: "!") & mask
      requiring = names.tags(beginningWith: "&") & mask
    }
  }
}
