import Chance
import GatewayCore
import Providers
import Settings
import Vocabulary

extension World {
  /// Random caches with all that they can be told, thresholds, filters, what is down tried last, and
  /// aliases that lead to each other, by a generator of their own.
  mutating func addCaches(seed: UInt64) {
    var policy = (self.policy.members ?? []).map { ($0.key, $0.value) }
    defer { self.policy = .members(policy) }
    var random = SplitMix64(seed: seed ^ 0xCAC4_E5ED)
    func maybe(_ percent: Int = 50) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    func one<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &random)]
    }
    for place in streams.indices { streams[place].tagged = one([0, 0.1, 0.4]) }

    // What exact and semantic caches have in common.
    func common() -> [(String, Setting)] {
      var cache: [(String, Setting)] = [
        ("ttl", one(["300ms", "3s", "1h"])),
        ("eviction", Setting(.string(one(Evictions.registry.names)))),
        ("scope", Setting(.string(one(["everyone", "team", "user", "key", "feature"])))),
        ("latency", one(["0s", "2ms"])),
      ]
      if maybe(70) {
        cache.append(maybe() ? ("capacity", one([1, 5, 40])) : ("bytes", one([1_200, 9_000])))
      }
      if maybe(40) { cache.append(("staleOnError", one(["1s", "1h"]))) }
      if maybe(30) { cache.append(("refresh", ["ask": "anew"])) }
      if maybe(30) {
        cache.append((one(["bypass", "noStore", "never", "only"]), ["ask": "nothing"]))
      }
      if maybe(30) { cache.append(("refreshShare", "30%")) }
      if maybe(20) { cache.append(("streamed", false)) }
      if maybe(20) { cache.append(("maxOutputTokens", 150)) }
      if maybe(20) { cache.append(("minInputTokens", 500)) }
      if maybe(20) { cache.append(("maxBytes", 1_000)) }
      return cache
    }
    // A generator of its own, so that the world of a seed stays what it was before.
    var sharing = SplitMix64(seed: seed ^ 0x5AAE_DCAC)
    func share(_ kind: SideCallKind, _ cache: inout [(String, Setting)]) {
      func one<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &sharing)]
      }
      guard one([true, false]) else { return }
      let failure = one(["miss", "fail"])
      cache.append(
        (
          "state",
          ["central": ["deadline": one(["2ms", "100ms"]), "onFailure": Setting(.string(failure))]]
        ))
      services[kind] = ServicePlan(
        latency: one([.constant(0), .constant(3e6), .lognormal(mu: 15, sigma: 1)]),
        price: SideCallPrice(
          perCall: Money(picodollars: 20_000), perInputToken: TokenPrice(femtodollars: 0)),
        fails: one([.never, Probability(clamping: 0.2)]))
      guard one([true, false, false]) else { return }
      let from = Instant.start.advanced(by: .milliseconds(one([500, 2_000])))
      let effect = one([
        ServiceIncident.Effect.down(after: nil), .down(after: .milliseconds(1)), .slow(20),
      ])
      services.incidents.append(
        ServiceIncident(kind, from: from, until: from.advanced(by: .seconds(2)), effect))
    }
    var caches: [(String, Setting)] = []
    if maybe(60) {
      var exact = common()
      if maybe(30) { exact += [("buckets", one([2, 5])), ("fill", one(["any", "drawn"]))] }
      if maybe(30) { exact.append(("keyHasStreams", true)) }
      if maybe(30) { exact.append(("ttls", [["tags": ["ask": "anew"], "ttl": "100ms"]])) }
      share(.cache, &exact)
      caches.append(("exact", .members(exact)))
    }
    if maybe(50) {
      var meaning = common()
      meaning.append(maybe() ? ("threshold", one([0.5, 0.9, 1])) : ("distance", 0.2))
      for flag in ["matchTags", "matchOutputCap", "matchStreams"] where maybe(30) {
        meaning.append((flag, true))
      }
      if maybe(40) { meaning.append(("matchTokens", one(["0%", "20%", "60%"]))) }
      meaning.append(
        (
          "embedding",
          ["deadline": one(["5ms", "200ms"]), "onFailure": one(["miss", "fail"])]
        ))
      if maybe() { meaning.append(("index", ["exactUpTo": 0, "cell": 8, "probes": one([1, 3])])) }
      share(.vectors, &meaning)
      caches.append(("semantic", .members(meaning)))
      services[.embedding] = ServicePlan(
        latency: .lognormal(mu: 16, sigma: 1),
        price: SideCallPrice(
          perCall: .zero, perInputToken: TokenPrice(femtodollars: 20_000_000)),
        fails: one([.never, Probability(clamping: 0.2)]))
    }
    if !caches.isEmpty {
      policy.removeAll { $0.0 == "cache" }
      policy.append(("cache", .members(caches)))
    }

    // Routes.
    if maybe(30) {
      policy.removeAll { $0.0 == "allDown" }
      policy.append(("allDown", "last"))
    }
    if maybe(30) {
      policy.append(
        (
          "filter",
          one([
            ["except": ["deployments": ["north/b"]], "soft": true],
            ["if": ["tags": ["ask": "anew"]], "deployments": ["south/c", "south/d"]],
            ["price": ["output": "$1.5/M"], "soft": true],
          ])
        ))
    }
    guard let place = policy.firstIndex(where: { $0.0 == "routes" }),
      let stated = policy[place].1.members, stated.count == 2
    else { return }
    var (chat, extract) = (stated[0].value, stated[1].value)
    if maybe(30) {
      chat = ["fallback": [chat, "extract"]]
      extract = ["fallback": ["south/d", "chat"]]
    }
    if maybe(40) {
      var threshold: [(String, Setting)] = [
        ("withoutScore", one(["strong", "weak"])), ("deadline", one(["10ms", "1s"])),
      ]
      threshold += maybe() ? [("at", 0.5)] : [("strongShare", "30%"), ("sample", 20)]
      chat = ["threshold": .members(threshold), "strong": chat, "weak": "south/c"]
      services[.complexity] = ServicePlan(
        latency: .lognormal(mu: 16, sigma: 1),
        price: SideCallPrice(
          perCall: Money(picodollars: 40_000), perInputToken: TokenPrice(femtodollars: 0)),
        fails: one([.never, Probability(clamping: 0.2)]))
    }
    let routes = policy[place].1
    policy[place].1 = .members([("chat", chat), ("extract", extract)])
    self.policy = .members(policy)
    // Too deep for a route.
    if (try? plan()) == nil { policy[place].1 = routes }
  }
}
