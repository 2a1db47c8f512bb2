import Foundation
import Reports
import Testing
import Vocabulary

@Suite("Fixed-point numbers")
struct FixedPointTests {
  @Test("are rounded half to even on the exact binary value")
  func rounding() {
    #expect(FixedPoint.string(0.125, digits: 2) == "0.12")
    #expect(FixedPoint.string(0.375, digits: 2) == "0.38")
    #expect(FixedPoint.string(2.675, digits: 2) == "2.67")
    #expect(FixedPoint.string(-0.001, digits: 2) == "0.00")
    #expect(FixedPoint.string(1_234_567.5, digits: 0, grouping: true) == "1,234,568")
    #expect(FixedPoint.string(1e30, digits: 1).hasPrefix("1000000000000000019884624838656.0"))
    #expect(FixedPoint.string(.infinity, digits: 1) == "inf")
    #expect(FixedPoint.string(.leastNonzeroMagnitude, digits: 20) == "0.00000000000000000000")
  }

  @Test("agree with the C library on twenty thousand numbers")
  func differential() {
    var state: UInt64 = 1
    for index in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let exponent = Double(Int(state >> 59)) - 12
      let value = (Double(state >> 11) / 9e15 - 0.5) * Foundation.pow(10, exponent)
      let digits = index % 13
      var expected = String(format: "%.\(digits)f", value)
      if expected.hasPrefix("-"), !expected.contains(where: { "123456789".contains($0) }) {
        expected.removeFirst()
      }
      let found = FixedPoint.string(value, digits: digits)
      if found != expected { #expect(found == expected, "\(value) with \(digits) digits") }
    }
    let huge = 3.402823e300
    #expect(FixedPoint.string(huge, digits: 3) == String(format: "%.3f", huge))
  }

  @Test("of whole units are exact")
  func units() {
    #expect(FixedPoint.string(units: 4_125_000_000_000, scale: 12, digits: 2) == "4.12")
    #expect(FixedPoint.string(units: 4_135_000_000_000, scale: 12, digits: 2) == "4.14")
    #expect(FixedPoint.string(units: -5, scale: 12, digits: 2) == "0.00")
    #expect(
      FixedPoint.string(units: .min, scale: 0, digits: 0)
        == "-170141183460469231731687303715884105728")
  }

  @Test("for machines keep significant digits and drop trailing zeros")
  func significant() {
    #expect(FixedPoint.significant(0.1 + 0.2, 12) == "0.3")
    #expect(FixedPoint.significant(1.0 / 3, 6) == "0.333333")
    #expect(FixedPoint.significant(123_456_789, 4) == "123456789")
    #expect(FixedPoint.significant(0, 4) == "0")
    #expect(FixedPoint.significant(-2.50, 4) == "-2.5")
    #expect(FixedPoint.significant(1e-20, 4) == "1e-20")
    #expect(FixedPoint.significant(999.9999999, 4) == "1000")
  }

  @Test("read as people write them")
  func formats() {
    #expect(Format.dollars(4.123) == "$4.12")
    #expect(Format.dollars(0.003124) == "$0.00312")
    #expect(Format.dollars(-31_000) == "−$31,000")
    #expect(Format.seconds(0.085) == "85.0 ms")
    #expect(Format.seconds(0.9996) == "1.00 s")
    #expect(Format.seconds(744) == "12.4 min")
    #expect(Format.percent(0.9984, digits: 2) == "99.84 %")
    #expect(Format.duration(.seconds(5400)) == "1 h 30 min")
    #expect(Format.duration(.milliseconds(2500)) == "2.5 s")
    #expect(Format.duration(.zero) == "0 s")
    #expect(Format.instant(.start.advanced(by: .milliseconds(812_004))) == "812.004 s")
    #expect(NumberStyle.percent(digits: 2).text(0.0021, signed: true) == "+0.21 points")
    #expect(NumberStyle.dollars(digits: 2).text(-0.19, signed: true) == "−$0.19")
    #expect(NumberStyle.dollars(digits: 2).text(0.001, signed: true) == "$0.00")
  }
}
