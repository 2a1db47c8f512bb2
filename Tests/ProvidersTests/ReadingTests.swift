import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A fleet in a file")
struct ReadingTests {
  let sweden: Setting = [
    "model": "azure/gpt-4.1", "region": "swedencentral", "residency": "eu", "quota": "sub-1",
    "price": ["input": "$2/M", "cachedInput": "$0.5/M", "output": "$8/M"],
    "contextWindow": "128k", "capabilities": ["tools", "vision"],
    "latency": [
      "timeToFirstToken": ["median": "740ms", "p95": "1.4s"],
      "timePerOutputToken": ["median": "13ms", "sigma": 0.2], "perInputToken": "0.1ms",
    ],
    "faults": [
      "500": "0.2%", "529": ["share": "0.1%", "after": "80ms", "retryAfter": "3s"],
      "503": ["share": 0.01, "afterFraction": "25%"], "hang": "0.02%", "broken": "1%",
    ],
    "billing": ["cut": "full"], "tokens": ["inputFactor": 1.1],
    "source": "vendor sheet, 2026-01",
  ]

  func plan(_ root: Setting, zero: Instant = at(.seconds(60))) throws(SettingError) -> FleetPlan {
    var reader = try SettingsReader(root)
    let plan = try FleetPlan(reading: &reader, zero: zero)
    try reader.finish()
    return plan
  }

  func world(
    deployment: Setting? = nil, quotas: Setting = ["sub-1": ["requests": "6k/min"]],
    incidents: Setting = [:]
  ) -> Setting {
    [
      "quotas": quotas, "deployments": ["azure/sweden": deployment ?? sweden],
      "incidents": incidents,
    ]
  }

  /// The error's text, or what went wrong without one.
  func complaint(_ root: Setting) -> String {
    do {
      _ = try plan(root)
      return "no error"
    } catch { return error.description }
  }

  func changed(_ changes: Setting) -> Setting {
    changes.merged(over: sweden)
  }

  @Test("is read with all that it says")
  func whole() throws {
    let plan = try plan(world())
    let one = try #require(plan.deployments.first)
    #expect(one.name == "azure/sweden" && one.provider == "azure" && one.quota == 0)
    #expect(one.region == "swedencentral" && one.residency == "eu" && one.contextWindow == 128_000)
    #expect(one.capabilities == ["tools", "vision"])
    #expect(one.price.input.femtodollars == 2_000_000_000)
    #expect(one.price.cachedInput.femtodollars == 500_000_000)
    #expect(one.cut == .full && one.inputFactor == 1.1 && one.outputFactor == 1)
    #expect(one.latency.perInputToken == 100_000)
    #expect((one.latency.timeToFirstToken.quantile(0.5) - 740e6).magnitude < 1)
    #expect((one.latency.timeToFirstToken.quantile(0.95) - 1.4e9).magnitude < 10)
    #expect(
      one.faults == [
        Fault(.status(500), share: Probability(clamping: 0.002), delay: .after(.milliseconds(50))),
        Fault(
          .status(529), share: Probability(clamping: 0.001), delay: .after(.milliseconds(80)),
          retryAfter: RetryAfter(.seconds(3))),
        Fault(.status(503), share: Probability(clamping: 0.01), delay: .fraction(0.25)),
        Fault(.hang, share: Probability(clamping: 0.0002), delay: .after(.milliseconds(50))),
        Fault(.broken, share: Probability(clamping: 0.01), delay: .drawnFraction),
      ])
  }

  @Test("has quotas by name or in place")
  func quotas() throws {
    let own: Setting = [
      "tokens": ["rate": "500k/min", "burst": "50k"], "charge": "actual", "retryAfter": false,
    ]
    let shared: Setting = ["requests": "6k/min", "tokens": "1M/day", "window": "10s"]
    let plan = try plan([
      "quotas": ["sub-1": shared, "sub-2": ["requests": "2/s"]],
      "deployments": [
        "azure/sweden": sweden, "azure/france": changed(["quota": nil]),
        "b": changed(["quota": own]), "c": changed(["quota": "sub-2"]),
      ],
    ])
    #expect(plan.deployments.map(\.quota) == [0, nil, 2, 1])
    #expect(plan.quotas.map(\.name) == ["sub-1", "sub-2", "b"])
    #expect(plan.quotas[0].window == .seconds(10) && plan.quotas[0].charge == .reserve)
    #expect(plan.quotas[1].meters == [.init(.requests, rate: .perSecond(2), burst: 2)])
    #expect(plan.quotas[2].meters == [.init(.tokens, rate: .perMinute(500_000), burst: 50_000)])
    #expect(plan.quotas[2].charge == .actual && !plan.quotas[2].saysRetryAfter)
  }

  @Test("gives a bucket the burst of one period as it is written")
  func burst() throws {
    let plan = try plan(world(quotas: ["sub-1": ["requests": "6k/min", "tokens": "1M/day"]]))
    #expect(plan.quotas[0].meters.map(\.burst) == [6000, 1_000_000])
  }

  @Test("has incidents, whose times count from the end of the warm-up")
  func incidents() throws {
    let plan = try plan(
      world(incidents: [
        "deploy": ["on": "gateway", "from": "5h", "restart": ["rolling": "5m"]],
        "down": [
          "on": ["region": "swedencentral"], "from": "2h",
          "error": [
            "status": 503, "after": "30s",
            "share": ["0m": "0%", "8m": "95%", "65m": "95%", "85m": 0],
          ],
        ],
        "herd": ["on": ["provider": "azure"], "with": "down", "slow": 1.8, "quota": 0.5],
        "blip": [
          "on": "azure/sweden", "from": "1m", "for": "10s", "hang": "20%",
          "inFlight": ["break": "60%"],
        ],
        "lost": [
          "on": ["model": "gpt-4.1"], "from": "1m", "until": "2m", "inFlight": "stall",
          "error": ["status": "connection", "share": 1],
        ],
      ]))
    #expect(plan.incidents.map(\.name) == ["down", "herd", "blip", "lost"])
    #expect(plan.incidents.map(\.mask) == [1, 2, 4, 8])
    let (down, herd, blip, lost) = (
      plan.incidents[0], plan.incidents[1], plan.incidents[2], plan.incidents[3]
    )
    #expect(down.from == at(.seconds(7260)) && down.until == at(.seconds(7260 + 85 * 60)))
    #expect(herd.from == down.from && herd.until == down.until)
    #expect(down.failure?.kind == .status(503) && down.failure?.delay == .after(.seconds(30)))
    #expect(down.failure?.share.value(at: 4 * 60 * second) == 0.475)
    #expect(herd.slow == Polyline(1.8) && herd.quota == Polyline(0.5))
    #expect(blip.until == at(.seconds(130)) && blip.hang == Polyline(0.2))
    #expect(blip.inFlight == .break && blip.inFlightShare.value == 0.6)
    #expect(lost.failure?.kind == .connection && lost.inFlight == .stall)
    #expect(lost.until == at(.seconds(180)))
    #expect(plan.keepingIncidents { $0.name == "lost" }.incidents.map(\.mask) == [8])
  }

  @Test("without a price or a latency is wrong: silence is not zero")
  func missing() {
    let own: Setting = ["price": nil, "model": "azure/ours"]
    #expect(complaint(world(deployment: changed(own))).contains("missing \"price\""))
    #expect(
      complaint(world(deployment: changed(["price": ["output": nil]]))).contains(
        "missing \"output\""))
    #expect(
      complaint(world(deployment: changed(["latency": nil, "model": "azure/ours"]))).contains(
        "silence about a latency is not zero"))
    let half = complaint(world(deployment: changed(["latency": ["timePerOutputToken": nil]])))
    #expect(half.contains("deployments[\"azure/sweden\"].latency: missing \"timePerOutputToken\""))
    #expect(complaint([:]).contains("missing \"deployments\""))
  }

  @Test("names a wrong key, a wrong unit and the nearest spelling")
  func spelling() {
    #expect(
      complaint(world(deployment: changed(["regoin": "x"]))).contains("did you mean \"region\"?")
        == false)
    #expect(
      complaint(world(deployment: changed(["residenci": "x"]))).contains(
        "unknown key \"residenci\""))
    #expect(
      complaint(world(deployment: changed(["quota": "sub1"]))).contains("did you mean \"sub-1\"?"))
    #expect(
      complaint(world(deployment: changed(["faults": ["hagn": "1%"]]))).contains(
        "did you mean \"hang\"?"))
    #expect(
      complaint(world(deployment: changed(["faults": ["200": "1%"]]))).contains(
        "a status from 400 to 599"))
    #expect(
      complaint(world(deployment: changed(["billing": ["cut": "ful"]]))).contains(
        "did you mean \"full\"?"))
  }

  @Test("with faults of more than 100 % in sum is wrong")
  func sum() {
    let text = complaint(world(deployment: changed(["faults": ["500": "60%", "502": "60%"]])))
    #expect(text.contains("deployments[\"azure/sweden\"].faults") && text.contains("at most 100%"))
  }

  @Test("with a quantile on the fast side, or both deviation and quantile, is wrong")
  func laws() {
    func law(_ law: Setting) -> String {
      complaint(world(deployment: changed(["latency": ["timeToFirstToken": law]])))
    }
    #expect(
      law(["median": "1s", "p95": "0.5s", "sigma": nil]).contains(
        "at least the median: the slow side"))
    #expect(law(["median": "1s", "p95": "2s", "sigma": 1]).contains("not both"))
    #expect(law(["median": "1s", "p95": nil]).contains("missing \"p95\""))
    #expect(law("quick").contains("latency.timeToFirstToken: found \"quick\""))
    #expect(law(["median": nil, "p95": nil, "gamma": ["mean": "1s", "cv": 2]]) == "no error")
    #expect(law("0ms") == "no error")
  }

  @Test("with a quota of nothing is wrong")
  func emptyQuota() {
    for (quota, part) in [
      (["requests": "0/min"] as Setting, "a rate above zero"),
      (["requests": ["rate": "1/s", "burst": 0]], "from 1 to"),
      (["requests": "1/min", "window": "10s"], "at least one permit"),
      (["window": "10s"], "limits nothing"),
      (["requests": ["rate": "6/s", "burst": 9], "window": "10s"], "a fixed window has no burst"),
      (["requests": "6k"], "expected a rate"),
    ] {
      let text = complaint(world(quotas: ["sub-1": quota]))
      #expect(text.contains(part), "\(text)")
      #expect(text.contains("quotas.sub-1"), "\(text)")
    }
  }

  @Test("with an incident that strikes nobody, never ends or does nothing is wrong")
  func wrongIncidents() {
    let down: Setting = [
      "on": ["region": "swedencentral"], "from": "2h", "until": "3h", "slow": 2,
    ]
    #expect(complaint(world(incidents: ["x": down])) == "no error")
    let cases: [(changes: Setting, part: String)] = [
      (["on": ["region": "swedencentrl"]], "did you mean \"swedencentral\"?"),
      (["on": ["region": nil]], "strikes nobody"),
      (["on": ["deployment": "nobody"]], "no deployment named \"nobody\""),
      (["on": nil], "missing \"on\""),
      (["until": "2h"], "an instant after `from`"),
      (["until": "1h"], "an instant after `from`"),
      (["until": nil], "missing \"until\""),
      (["for": "1h"], "either `until` or `for`"),
      (["from": nil], "missing \"from\""),
      (["with": "x"], "`with` gives the times"),
      (["with": "y", "from": nil, "until": nil], "no incident named \"y\""),
      (["with": "x", "from": nil, "until": nil], "in a circle"),
      (["slow": nil], "it has no effect"),
      (["slow": 0.5], "from 1 to 10000"),
      (["slow": ["5m": 2, "1m": 3]], "later than the one before"),
      (["hang": "120%"], "more than 100%"),
      (["error": ["status": "broken", "retryAfter": "1s"]], "only a status carries it"),
      (["error": ["share": 1]], "missing \"status\""),
      (["error": ["status": "hang"]], "write `hang: share`"),
      (["error": ["status": 200]], "a status from 400 to 599"),
      (["error": ["status": 500, "after": "1s", "afterFraction": 0.5]], "either after or"),
      (["inFlight": "brek"], "did you mean \"break\"?"),
    ]
    for (changes, part) in cases {
      let text = complaint(world(incidents: ["x": changes.merged(over: down)]))
      #expect(text.contains(part), "\(text)")
      #expect(text.contains("incidents.x"), "\(text)")
    }
  }

  @Test("whose selectors fit only deployments that differ is wrong")
  func disjoint() {
    let root: Setting = [
      "quotas": ["sub-1": ["requests": "6k/min"]],
      "deployments": [
        "azure/sweden": sweden, "openai": changed(["region": "us", "model": "openai/gpt-4.1"]),
      ],
      "incidents": [
        "x": [
          "on": ["provider": "openai", "region": "swedencentral"], "from": "1h", "for": "1h",
          "hang": 1,
        ]
      ],
    ]
    #expect(complaint(root).contains("no deployment fits all that it says"))
  }

  @Test("has at most 32 incidents")
  func many() {
    let names = (0..<33).map { "incident \($0)" }
    let one: Setting = ["on": "azure/sweden", "from": "1h", "for": "1h", "slow": 2]
    var incidents = Setting(.object([]), path: "incidents")
    incidents.content = .object(
      names.map { Setting.Member(key: $0, keyPosition: .code, value: one) })
    #expect(complaint(world(incidents: incidents)).contains("at most 32 incidents"))
  }

  @Test("describes its parameters without a file")
  func describe() throws {
    var reader = SettingsReader.describing()
    _ = try FleetPlan(reading: &reader, zero: .start)
    let text = described(reader.described)
    for path in [
      "quotas..requests", "quotas..charge", "deployments..price.input",
      "deployments..latency..timeToFirstToken..median", "deployments..faults..share",
      "deployments..billing.cut", "deployments..quota..window", "incidents..on..region",
      "incidents..error.status", "incidents..slow", "incidents..until", "incidents..inFlight",
    ] { #expect(text.contains(path), "\(path)") }
  }

  func described(_ parameters: [ParameterDescription], _ prefix: String = "") -> Set<String> {
    var paths: Set<String> = []
    for parameter in parameters {
      let path = prefix + parameter.key
      paths.insert(path)
      paths.formUnion(described(parameter.nested, path + "."))
    }
    return paths
  }
}
