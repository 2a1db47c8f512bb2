import Settings
import Testing
import Vocabulary

@Suite("A quantity's literal")
struct UnitsTests {
  @Test("reads durations to the nanosecond")
  func durations() throws {
    let table: [(String, Int64)] = [
      ("0s", 0), ("1ns", 1), ("500us", 500_000), ("500µs", 500_000), ("200ms", 200_000_000),
      ("1.5s", 1_500_000_000), ("10m", 600_000_000_000), ("10min", 600_000_000_000),
      ("8h", 28_800_000_000_000), ("2d", 172_800_000_000_000), ("1w", 604_800_000_000_000),
      (".5s", 500_000_000), ("5.s", 5_000_000_000), ("1e3ms", 1_000_000_000),
      ("-3s", -3_000_000_000),
      ("+3s", 3_000_000_000), ("200 ms", 200_000_000), ("1.5E-3s", 1_500_000),
      ("0.5ns", 0), ("1.5ns", 2), ("2.5ns", 2), ("2.500001ns", 3),  // half to even
      ("0.000000000000000000000000000001s", 0), ("106751d", 9_223_286_400_000_000_000),
    ]
    for (text, nanoseconds) in table {
      #expect(try Units.duration(text) == .nanoseconds(nanoseconds), "\(text)")
    }
  }

  @Test("reads counts with k, M and G")
  func integers() throws {
    let table: [(String, Int)] = [
      ("0", 0), ("200000", 200_000), ("200k", 200_000), ("1M", 1_000_000), ("1.5M", 1_500_000),
      ("2G", 2_000_000_000), ("-5", -5), ("2e5", 200_000), ("0x1F", 31), ("-0x10", -16),
      ("10.0", 10), ("100.50k", 100_500), ("9223372036854775807", .max), ("007", 7),
    ]
    for (text, value) in table { #expect(try Units.integer(text) == value, "\(text)") }
  }

  @Test("reads shares to the nearest double")
  func shares() throws {
    let table: [(String, Double)] = [
      ("0.2%", 0.002), ("100%", 1), ("0%", 0), ("0.002", 0.002), ("1", 1), ("33.3%", 0.333),
      ("95 %", 0.95), ("99.95%", 0.9995), ("1e-3", 0.001),
    ]
    for (text, value) in table { #expect(try Units.share(text).value == value, "\(text)") }
  }

  @Test("reads rates exactly")
  func rates() throws {
    let table: [(String, Rate)] = [
      ("4/s", .perSecond(4)), ("6k/min", .perMinute(6000)), ("6k/m", .perMinute(6000)),
      ("1M/day", Rate(count: 1_000_000, per: .seconds(86_400))), ("1M/d", try Units.rate("1M/day")),
      ("0.5/s", Rate(count: 1, per: .seconds(2))),
      ("1.5k/h", Rate(count: 1500, per: .seconds(3600))),
      ("600/10s", .perSecond(60)), ("1/90s", Rate(count: 1, per: .seconds(90))),
      ("0/s", .perSecond(0)), ("0.001/s", Rate(count: 1, per: .seconds(1000))),
      ("3/0.5s", .perSecond(6)), ("2.5k/s", .perSecond(2500)),
    ]
    for (text, value) in table { #expect(try Units.rate(text) == value, "\(text)") }
  }

  @Test("reads prices and money exactly")
  func prices() throws {
    let prices: [(String, Int64)] = [
      ("$2.50/M", 2_500_000_000), ("$0.15/M", 150_000_000), ("$0/M", 0),
      ("$0.0025/k", 2_500_000_000),
      ("$0.00001/token", 10_000_000_000), ("$0.000000001/M", 1), ("$15/M", 15_000_000_000),
    ]
    for (text, value) in prices {
      #expect(try Units.tokenPrice(text).femtodollars == value, "\(text)")
    }
    let money: [(String, Int64)] = [
      ("$31k", 31_000_000_000_000_000), ("$0.02", 20_000_000_000), ("$0", 0),
      ("$1.25M", 1_250_000_000_000_000_000), ("$0.000000000001", 1),
    ]
    for (text, value) in money { #expect(try Units.money(text).picodollars == value, "\(text)") }
  }

  @Test("says why it is none")
  func failures() {
    func reason<V>(_ parse: (String) throws(Units.Failure) -> V, _ text: String) -> String? {
      do {
        _ = try parse(text)
        return "read \(text)"
      } catch {
        return error.reason
      }
    }
    #expect(reason(Units.duration, "20x") == "no unit \"x\" here: ns us ms s m h d w")
    #expect(reason(Units.duration, "20") == "no unit")
    #expect(reason(Units.duration, "") == nil)
    #expect(reason(Units.duration, "s") == nil)
    #expect(reason(Units.duration, "1h30m") == "no unit \"h30m\" here: ns us ms s m h d w")
    #expect(reason(Units.duration, "300000d") == "longer than 292 years")
    #expect(reason(Units.duration, "1e400s") == "longer than 292 years")
    #expect(reason(Units.duration, "1e401s") == nil)
    #expect(reason(Units.duration, "1  s") == "no unit \" s\" here: ns us ms s m h d w")
    #expect(reason(Units.integer, "1.5") == "not whole")
    #expect(reason(Units.integer, "1e30") == "too large")
    #expect(reason(Units.integer, "9223372036854775808") == "too large")
    #expect(reason(Units.integer, "5m") == "no unit \"m\" here: k M G")
    #expect(reason(Units.integer, "123456789012345678901") == nil)
    #expect(reason(Units.number, "1e350") == "too large")
    #expect(reason(Units.share, "101%") == "more than 100%")
    #expect(reason(Units.share, "-1%") == "less than 0%")
    #expect(reason(Units.share, "0.2‰") == "no unit \"‰\" here: %")
    #expect(reason(Units.rate, "4") == "no \"/\"")
    #expect(reason(Units.rate, "4/month") == "no unit \"month\" here: s min h d w")
    #expect(reason(Units.rate, "-4/s") == "negative")
    #expect(reason(Units.rate, "4/0s") == "too fine or too large")
    #expect(reason(Units.rate, "4/-1s") == "too fine or too large")
    #expect(reason(Units.rate, "1e-30/s") == "too fine or too large")
    #expect(reason(Units.rate, "1e-14/w") == "too fine or too large")
    #expect(reason(Units.rate, "1e19/s") == "too fine or too large")
    #expect(reason(Units.tokenPrice, "2.50/M") == "no \"$\" in front")
    #expect(
      reason(Units.tokenPrice, "$2.50") == "it does not say per how many tokens: /M, /k or /token")
    #expect(reason(Units.tokenPrice, "$2/m") == "no unit \"m\" here: M k token")
    #expect(reason(Units.tokenPrice, "$1e-10/M") == "finer than a femtodollar a token")
    #expect(reason(Units.tokenPrice, "$1e10/M") == "too large")
    #expect(reason(Units.tokenPrice, "$-1/M") == nil)
    #expect(reason(Units.money, "31k") == "no \"$\" in front")
    #expect(reason(Units.money, "$-5") == "negative")
    #expect(reason(Units.money, "$10M") == "more than 9.2 million dollars")
    #expect(reason(Units.money, "$1e-13") == "finer than a picodollar")
    #expect(reason(Units.money, "$") == nil)
  }

  @Test("is written so that it reads back")
  func written() throws {
    let durations: [(Int64, String)] = [
      (0, "0s"), (1, "1ns"), (1500, "1.5us"), (200_000_000, "200ms"), (1_500_000_000, "1.5s"),
      (90_000_000_000, "90s"), (600_000_000_000, "10m"), (3_600_000_000_000, "1h"),
      (86_400_000_000_000, "1d"), (-30_000_000_000, "-30s"), (1_234_567_891, "1.234567891s"),
    ]
    for (nanoseconds, text) in durations {
      #expect(Units.text(Duration.nanoseconds(nanoseconds)) == text)
      #expect(try Units.duration(text).nanoseconds == nanoseconds)
    }
    for text in ["4/s", "6k/s", "1M/d", "7/11s", "7/h", "0/s", "1/min"] {
      #expect(Units.text(try Units.rate(text)) == text)
    }
    for text in ["$2.5/M", "$0.15/M", "$0/M", "$0.000000001/M"] {
      #expect(Units.text(try Units.tokenPrice(text)) == text)
    }
    for text in ["$31000", "$0.02", "$0"] { #expect(Units.text(try Units.money(text)) == text) }
    for text in ["0.2%", "100%", "0%", "33.3%", "99.95%", "0.001%", "0.00001%"] {
      #expect(Units.text(try Units.share(text)) == text)
    }
    for (number, text) in [(200_000, "200k"), (1500, "1500"), (0, "0"), (-2_000_000, "-2M")] {
      #expect(Units.text(number) == text)
    }
  }

  @Test("reads an amount per period, and keeps the period as it is written")
  func amounts() throws {
    for (text, count, period) in [
      ("100/min", 100, CalendarPeriod(length: .seconds(60))),
      ("600/10s", 600, CalendarPeriod(length: .seconds(10))), ("10k/month", 10_000, .month),
      ("7/week", 7, .week), ("1M/year", 1_000_000, .year), ("5/day", 5, .day),
      ("0.5/s", 1, CalendarPeriod(length: .seconds(2))),
    ] as [(String, Int64, CalendarPeriod)] {
      #expect(try Units.amount(text) == PeriodicAmount(count: count, per: period), "\(text)")
    }
    #expect(
      try Units.moneyAmount("$40k/month")
        == PeriodicAmount(count: 40_000_000_000_000_000, per: .month))
    #expect(
      try Units.moneyAmount("$100/30d")
        == PeriodicAmount(
          count: 100_000_000_000_000, per: CalendarPeriod(length: .seconds(2_592_000))))
    for wrong in ["100", "x/min", "-1/s", "1/fortnight", "0.5/month"] {
      #expect(throws: Units.Failure.self) { try Units.amount(wrong) }
    }
    for wrong in ["$5", "5/min", "$5/fortnight", "$-5/min"] {
      #expect(throws: Units.Failure.self) { try Units.moneyAmount(wrong) }
    }
  }
}
