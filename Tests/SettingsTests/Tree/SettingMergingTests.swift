import Settings
import Testing

@Suite("A merge")
struct SettingMergingTests {
  private func text(_ setting: Setting) -> String {
    String(setting.json().filter { !$0.isWhitespace })
  }

  @Test("joins objects key by key and replaces all else")
  func joins() {
    let base: Setting = ["a": 1, "b": ["x": 1, "y": 2], "c": [1, 2], "d": "s"]
    let own: Setting = ["b": ["y": 3, "z": 4], "c": [9], "e": true]
    #expect(
      text(own.merged(over: base))
        == #"{"a":1,"b":{"x":1,"y":3,"z":4},"c":[9],"d":"s","e":true}"#)
  }

  @Test("removes what is null, also against what comes later")
  func removes() {
    let grandparent: Setting = ["breaker": ["open": "30s"], "cache": ["ttl": "1m"]]
    let parent: Setting = ["breaker": ["open": "10s"]]
    let own: Setting = ["breaker": nil]
    let merged = own.merged(over: parent).merged(over: grandparent)
    #expect(text(merged.withoutNulls()) == #"{"cache":{"ttl":"1m"}}"#)
  }

  @Test("replaces a choice whole")
  func choices() {
    let base: Setting = ["router": ["peak-ewma": ["decay": "5s"]], "routes": ["chat": "a"]]
    let own: Setting = ["router": ["weighted": ["a": 1]], "routes": ["extract": "b"]]
    let merged = own.merged(over: base) { $0 == ["router"] }
    #expect(
      text(merged) == #"{"router":{"weighted":{"a":1}},"routes":{"chat":"a","extract":"b"}}"#)
  }

  @Test("keeps places and renews paths")
  func places() {
    let place = Position(file: "base.json5", line: 7, column: 3)
    let base = Setting(
      .object([
        .init(
          key: "open", keyPosition: place,
          value: Setting(.string("30s"), at: place, path: "policies.today.open"))
      ]), at: place, path: "policies.today")
    var own: Setting = ["trip": 5]
    own = own.moved(to: "policies.failover")
    let merged = own.merged(over: base)
    #expect(merged["open"]?.position == place)
    #expect(merged["open"]?.path == "policies.failover.open")
    #expect(merged["trip"]?.path == "policies.failover.trip")
    #expect(own.removing("trip").members?.isEmpty == true)
  }
}
