import Chance
import Foundation
import Testing
import Vocabulary

/// One function under test: its name, its bound in ulp, and itself as a function of two arguments.
struct Subject: Sendable, CustomTestStringConvertible {
  var name: String
  var bound: Double
  var arguments = 1
  var function: @Sendable (Double, Double) -> Double
  var testDescription: String { name }

  static let all = [
    Subject(name: "log", bound: 1) { x, _ in Elementary.log(x) },
    Subject(name: "log1p", bound: 1.5) { x, _ in Elementary.log1p(x) },
    Subject(name: "exp", bound: 1) { x, _ in Elementary.exp(x) },
    Subject(name: "expm1", bound: 2) { x, _ in Elementary.expm1(x) },
    Subject(name: "pow", bound: 2, arguments: 2) { Elementary.pow($0, $1) },
    Subject(name: "erf", bound: 2) { x, _ in Elementary.erf(x) },
    Subject(name: "erfc", bound: 8) { x, _ in Elementary.erfc(x) },
    Subject(name: "lgamma", bound: 8) { x, _ in Elementary.lgamma(x) },
    Subject(name: "normalQuantile", bound: 8) { x, _ in Elementary.normalQuantile(x) },
    Subject(name: "gammaP", bound: 500, arguments: 2) { Elementary.regularisedGammaP($0, $1) },
    Subject(name: "gammaQ", bound: 500, arguments: 2) { Elementary.regularisedGammaQ($0, $1) },
  ]
}

@Suite("The elementary functions")
struct ElementaryTests {
  @Test("stay within their bounds of the exact values", arguments: Subject.all)
  func accuracy(_ subject: Subject) throws {
    var worst = 0.0
    var points = 0
    for row in rows(of: subject.name) {
      let numbers = try row.split(separator: " ").map { try #require(Double(String($0))) }
      try #require(numbers.count == subject.arguments + 2)
      let exact = numbers[subject.arguments]
      let value = subject.function(numbers[0], numbers[1])
      let error = ((value - exact) - numbers[subject.arguments + 1]).magnitude / exact.ulp
      #expect(error <= subject.bound, "\(subject.name) at \(numbers[0]): \(value), \(exact)")
      worst = max(worst, error)
      points += 1
    }
    #expect(points >= 20, "the table has no \(subject.name)")
    #expect(worst > 0)
  }

  @Test("agree with the platform's to a few ulp on many points")
  func platform() {
    let draws = Chance(seed: 4, replication: 0).key(.exploration)
    var worst = (log: 0.0, exp: 0.0, pow: 0.0)
    for number in 0..<20_000 {
      let call = CallKey(bits: UInt64(number))
      let u = draws.uniform(call: call)
      let v = draws.uniform(call: call, counter: 1)
      let far = (u - 0.5) * 1400
      worst.log = max(worst.log, distance(Elementary.log(v * 10), Foundation.log(v * 10)))
      worst.exp = max(worst.exp, distance(Elementary.exp(far), Foundation.exp(far)))
      worst.pow = max(
        worst.pow, distance(Elementary.pow(v * 4, far / 10), Foundation.pow(v * 4, far / 10)))
    }
    #expect(worst.log <= 1)
    #expect(worst.exp <= 1)
    #expect(worst.pow <= 2)
  }

  @Test("have IEEE's special values")
  func specialValues() {
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(.nan).isNaN)
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(710) == .infinity)
    #expect(Elementary.exp(-746) == 0)
    #expect(Elementary.exp(-745) == .leastNonzeroMagnitude)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.expm1(-800) == -1)
    #expect(Elementary.log1p(-1) == -.infinity)
    #expect(Elementary.normalQuantile(0.5) == 0)
    #expect(Elementary.normalQuantile(0) == -.infinity)
    #expect(Elementary.normalQuantile(1) == .infinity)
    #expect(distance(Elementary.normalQuantile(0.95), Sampler.normal95) <= 1)
    #expect(Elementary.erfc(40) == 0)
    #expect(Elementary.lgamma(1) == 0)
    #expect(Elementary.lgamma(2) == 0)
    #expect(Elementary.regularisedGammaP(2, 0) == 0)
  }

  @Test("raise to powers as IEEE's pow does")
  func powers() {
    let interesting: [Double] = [
      0, -0.0, 1, -1, 2, -2, 3, 0.5, -0.5, 1e300, -1e300, 0x1p-1030, .infinity, -.infinity, .nan,
    ]
    for x in interesting {
      for y in interesting {
        let own = Elementary.pow(x, y)
        let platform = Foundation.pow(x, y)
        #expect(
          own == platform || (own.isNaN && platform.isNaN) || distance(own, platform) <= 2,
          "\(x) to the power \(y): \(own), \(platform)")
      }
    }
  }

  private func rows(of name: String) -> [Substring] {
    let lines = elementaryTable.split(separator: "\n")
    guard let start = lines.firstIndex(of: "\(name):") else { return [] }
    return Array(lines[(start + 1)...].prefix { !$0.hasSuffix(":") })
  }

  private func distance(_ a: Double, _ b: Double) -> Double {
    if a == b { return 0 }
    return (a - b).magnitude / max(b.ulp, .leastNonzeroMagnitude)
  }
}
