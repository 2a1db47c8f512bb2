import Scenarios
import Settings
import Testing

@Suite("A JSON5 error")
struct JSON5ErrorTests {
  private func message(_ text: String) -> String {
    do {
      return "read \(try JSON5.parse(text: text, file: "t").json())"
    } catch {
      return "\(error)"
    }
  }

  @Test("says what was found and what belongs there")
  func expected() {
    #expect(
      message("{ a: 1 b: 2 }") == """
        t:1:8: found "b", expected "," or the "}" of the object opened at 1:1
        """)
    #expect(
      message("{ l: [1 2] }") == """
        t:1:9: l: found "2", expected "," or the "]" of the list opened at 1:6
        """)
    #expect(message("{ a = 1 }") == #"t:1:5: a: found "=", expected ":" after the key "a""#)
    #expect(message("{ a: }") == #"t:1:6: a: found "}", expected a value"#)
    #expect(message("[,]") == #"t:1:2: [0]: found ",", expected a value"#)
    #expect(message("{ , }") == #"t:1:3: found ",", expected a key or "}""#)
    #expect(message("{} é") == #"t:1:4: found "é" after the end of the value"#)
    #expect(message("") == "t:1:1: the file is empty\n  next: write at least {}")
    #expect(message(" // nothing\n") == "t:2:1: the file is empty\n  next: write at least {}")
    #expect(message("# x\n{}") == ##"t:1:1: found "#": a comment starts with //"##)
    #expect(message("/ x") == #"t:1:1: found "/", expected a comment as // … or /* … */"#)
  }

  @Test("names both places of a key that is there twice")
  func duplicates() {
    #expect(
      message("{ p: {\n a: 1,\n 'a': 2 } }") == """
        t:3:2: p.a: the key "a" is already at 2:2
          next: keep one of the two
        """)
  }

  @Test("names what was opened when the file ends")
  func truncated() {
    #expect(
      message("{\n a: [1,") == """
        t:2:8: a: the file ends inside the list opened at 2:5
          next: close it with ], or get the whole file: it may have been cut off
        """)
    #expect(
      message("{ a") == """
        t:1:4: a: the file ends inside the object opened at 1:1
          next: close it with }, or get the whole file: it may have been cut off
        """)
    #expect(message("{ a: 'x") == "t:1:6: a: the file ends inside a text\n  next: close it with '")
    #expect(message("{ /* x") == "t:1:3: the comment is not closed\n  next: close it with */")
    #expect(
      message("{ a: 'x\n' }") == """
        t:1:6: a: the text is not closed on its line
          next: close it with ', or end the line with \\ to go on
        """)
  }

  @Test("tells what needs quotes")
  func quotes() {
    #expect(
      message("{ peak-ewma: 1 }") == """
        t:1:3: a key with "-" needs quotes
          next: write "peak-ewma"
        """)
    #expect(
      message("{ 500: 1 }") == """
        t:1:3: a key that starts with a digit needs quotes
          next: write "500"
        """)
    #expect(
      message("{ a: round-robin }") == """
        t:1:6: a: found the bare word round-robin, expected a value
          next: text needs quotes: "round-robin"
        """)
    #expect(
      message("{ a: 20ms }") == """
        t:1:6: a: found "20ms" without quotes, expected a number
          next: a number with a unit is a text: "20ms"
        """)
    #expect(
      message("{ a: 5% }") == """
        t:1:6: a: found "5%" without quotes, expected a number
          next: a number with a unit is a text: "5%"
        """)
  }

  @Test("tells why a number is none")
  func numbers() {
    for text in ["Infinity", "-Infinity", "+NaN", "NaN"] {
      #expect(
        message("[\(text)]") == """
          t:1:2: [0]: \(text) is no quantity: numbers are finite here
            next: leave the key out: silence means no limit
          """)
    }
    #expect(message("007") == #"t:1:1: found "007": a number has no leading zeros"#)
    #expect(message("1e999") == #"t:1:1: the number "1e999" is too large"#)
    #expect(
      message("0x10000000000000000")
        == #"t:1:1: the number "0x10000000000000000" has more than 64 bits"#)
    for text in ["-", "+", ".", "1.2.3", "1-2", "0x", "0xg", "--1", "1e+", "1_000"] {
      #expect(message(text) == #"t:1:1: found "\#(text)", expected a number"#)
    }
  }

  @Test("tells why an escape is none")
  func escapes() {
    #expect(message(#""\x4""#) == #"t:1:2: \x needs two hexadecimal digits"#)
    #expect(message(#""\u12G4""#) == #"t:1:2: \u needs four hexadecimal digits"#)
    #expect(message(#""a\1""#) == #"t:1:3: no escape of decimal digits: write \xHH"#)
    #expect(message(#""\01""#) == #"t:1:2: no escape of decimal digits: write \xHH"#)
    for text in [#""\uD800""#, #""\uDC00""#, #""\uD800A""#, #""\uD800\uD800""#] {
      #expect(message(text) == "t:1:2: half of a surrogate pair is no character")
    }
  }

  @Test("names the byte that is not UTF-8")
  func encoding() {
    let table: [([UInt8], String, Int)] = [
      ([0x7B, 0x0A, 0x20, 0xFF], "2:2: byte 0xFF at offset 3", 3),
      ([0xC0, 0x80], "1:1: byte 0xC0", 0),
      ([0x22, 0xE2, 0x82], "1:2: byte 0xE2 at offset 1", 1),
      ([0xED, 0xA0, 0x80], "1:1: byte 0xED", 0),
      ([0xF4, 0x90, 0x80, 0x80], "1:1: byte 0xF4", 0), ([0x80], "1:1: byte 0x80", 0),
      ([0xF0, 0x80, 0x80, 0x80], "1:1: byte 0xF0", 0), ([0xE0, 0x9F, 0xBF], "1:1: byte 0xE0", 0),
      ([0xFE], "1:1: byte 0xFE", 0), ([0xC3, 0x28], "1:1: byte 0xC3 at offset 0", 0),
    ]
    for (bytes, start, _) in table {
      do {
        _ = try JSON5.parse(bytes: bytes, file: "t")
        Issue.record("read \(bytes)")
      } catch {
        #expect("\(error)".hasPrefix("t:" + start), "\(error)")
        #expect(error.next == "save the file as UTF-8 text")
      }
    }
  }
}
