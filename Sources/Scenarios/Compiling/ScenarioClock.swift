import Settings
import Vocabulary

/// The times of a run: `starts`, `warmUp`, `horizon`, `drain`.
struct ScenarioClock {
  /// The zero of the file on the run's clock.
  var warmUp: Instant
  var horizon: Instant
  var end: Instant
  var calendar: Calendar?

  init(reading s: inout SettingsReader) throws(SettingError) {
    let century: Duration = .seconds(3_153_600_000)
    let starts = try s.optionalText(
      "starts", "the civil time of the file's zero, with its offset: 2026-03-02T07:00+01:00")
    let length = try s.duration(
      "horizon", in: .milliseconds(1)...century,
      "how long is measured: arrivals stop there; the file's zero is the end of the warm-up")
    let before = try s.duration(
      "warmUp", default: .zero, in: .zero...century, "how long the run goes before the file's zero")
    let drain = try s.duration(
      "drain", default: .seconds(600), in: .zero...century,
      "how long requests that are open at the horizon may go on")
    warmUp = Instant.start.advanced(by: before)
    horizon = warmUp.advanced(by: length)
    end = horizon.advanced(by: drain)
    if let starts, !s.isDescribing {
      guard let civil = CivilTime(starts) else {
        throw s.error(
          "starts", expected: "a date and time with its offset such as \"2026-03-02T07:00+01:00\"")
      }
      let lead = (before.nanoseconds + 999_999_999) / 1_000_000_000
      calendar = Calendar(
        epochSecondsAtStart: civil.epochSeconds - lead, offsetSeconds: civil.offsetSeconds)
    }
  }
}

/// A date and time of day with an offset: `2026-03-02T07:00+01:00`, `2026-03-02T07:00:30Z`.
struct CivilTime {
  var epochSeconds: Int64
  var offsetSeconds: Int64

  init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    func number(_ digits: Int) -> Int? {
      guard rest.count >= digits else { return nil }
      var value = 0
      for byte in rest.prefix(digits) {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      rest.removeFirst(digits)
      return value
    }
    func take(_ character: Character) -> Bool {
      guard let byte = rest.first, byte == character.asciiValue else { return false }
      rest.removeFirst()
      return true
    }
    guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
      take("T") || take(" "), let hour = number(2), take(":"), let minute = number(2)
    else { return nil }
    var second = 0
    if take(":") {
      guard let value = number(2) else { return nil }
      second = value
    }
    var offset = 0
    if !take("Z") {
      let east = take("+")
      guard east || take("-"), let hours = number(2) else { return nil }
      var minutes = 0
      if take(":") || !rest.isEmpty {
        guard let value = number(2) else { return nil }
        minutes = value
      }
      guard hours <= 14, minutes < 60 else { return nil }
      offset = (hours * 3600 + minutes * 60) * (east ? 1 : -1)
    }
    guard rest.isEmpty, year >= 1970, (1...12).contains(month), hour < 24, minute < 60, second < 60,
      day >= 1
    else { return nil }
    let days = Calendar.days(fromYear: year, month: month, day: day)
    let civil = Calendar.civil(fromDays: days)
    guard civil.month == month, civil.day == day else { return nil }
    epochSeconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    offsetSeconds = Int64(offset)
  }
}
