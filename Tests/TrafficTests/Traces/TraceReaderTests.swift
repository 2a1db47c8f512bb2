import Testing
import Vocabulary

@testable import Traffic

@Suite("A trace reader")
struct TraceReaderTests {
  static func rows(
    _ text: String, _ format: TraceFormat = .azureLLM, skipsBadRows: Bool = false
  ) throws -> (rows: [TraceRow], skipped: Int) {
    let folder = try ScratchFolder()
    let path = try folder.write(text)
    var reader = try TraceReader(path: path, format: format, skipsBadRows: skipsBadRows)
    var row = TraceRow()
    var rows: [TraceRow] = []
    while try reader.next(into: &row) { rows.append(row) }
    return (rows, reader.skippedRows)
  }

  @Test(
    "understands dates with any decimals, T or space, and zones",
    arguments: [
      ("1970-01-01 00:00:00", 0),
      ("1970-01-02T00:00:01", 86_401_000_000_000),
      ("2023-11-16 18:15:46.6805900", 1_700_158_546_680_590_000),
      ("2023-11-16 18:15:46.680590", 1_700_158_546_680_590_000),
      ("2023-11-16 18:15:46.680590001", 1_700_158_546_680_590_001),
      ("2023-11-16 18:15:46.6805900019", 1_700_158_546_680_590_001),
      ("2023-11-16 18:15:46.680590+00:00", 1_700_158_546_680_590_000),
      ("2023-11-16T19:15:46.68059+01:00", 1_700_158_546_680_590_000),
      ("2023-11-16 13:15:46-0500", 1_700_158_546_000_000_000),
      ("2024-02-29 00:00:00Z", 1_709_164_800_000_000_000),
      ("\"2024-02-29 00:00:00\"", 1_709_164_800_000_000_000),
    ] as [(String, Int64)])
  func dates(text: String, nanoseconds: Int64) throws {
    #expect(try Self.rows("\(text),1,2").rows.map(\.time) == [nanoseconds])
  }

  @Test(
    "refuses what is no date",
    arguments: [
      "2023-11-16", "2023-11-16 18:15", "2023-13-16 18:15:46", "2023-02-29 18:15:46",
      "2023-11-16 24:15:46", "2023-11-16 18:60:46", "2023-11-16 18:15:60", "2023-11-16 18:15:46.",
      "2023-11-16 18:15:46.5x", "0001-01-01 00:00:00", "9999-01-01 00:00:00", "",
      "2023-11-16 18:15:46+25:00", "2023-11-16_18:15:46",
    ])
  func noDates(text: String) throws {
    #expect(throws: TrafficError.self) { try Self.rows("h,ContextTokens\n\(text),1,2") }
    #expect(throws: TrafficError.self) {
      try Self.rows("TIMESTAMP,ContextTokens,GeneratedTokens\n\(text),1,2")
    }
  }

  @Test(
    "reads the same rows with LF, CRLF, a missing last line end, blank lines and a byte order mark",
    arguments: [
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,4808,10\n2023-11-16 18:17:04,3180,8\n",
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03,4808,10\r\n2023-11-16 18:17:04,3180,8\r\n",
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03,4808,10\r\n2023-11-16 18:17:04,3180,8",
      "2023-11-16 18:17:03,4808,10\n\n2023-11-16 18:17:04,3180,8\n\n\n",
      "\u{FEFF}TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,4808,10\n2023-11-16 18:17:04,3180,8",
      "GeneratedTokens,NumImages,TIMESTAMP,ContextTokens\n10,1,2023-11-16 18:17:03,4808\n8,0,2023-11-16 18:17:04,3180\n",
      "TIMESTAMP,ContextTokens,GeneratedTokens,NumImages\n2023-11-16 18:17:03,4808.0,10.0,2\n2023-11-16 18:17:04,3180,8,\n",
    ])
  func sameRows(text: String) throws {
    let (rows, skipped) = try Self.rows(text)
    #expect(rows.map(\.inputTokens) == [4_808, 3_180])
    #expect(rows.map(\.outputTokens) == [10, 8])
    #expect(rows.count == 2 && rows[1].time - rows[0].time == 1_000_000_000)
    #expect(skipped == 0)
  }

  @Test("names file, line and reason of a malformed row")
  func malformed() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1,2\n2023-11-16 18:17:04,many,2\n"
    )
    var reader = try TraceReader(path: path, format: .azureLLM)
    var row = TraceRow()
    #expect(try reader.next(into: &row))
    let error = #expect(throws: TrafficError.self) { try reader.next(into: &row) }
    #expect(
      error
        == .malformed(
          file: path, line: 3,
          reason: "ContextTokens is \"many\", expected a whole number such as 374"))
  }

  @Test(
    "refuses rows with too few columns, negative, fractional or huge counts, and times that go back",
    arguments: [
      "2023-11-16 18:17:04,3", "2023-11-16 18:17:04", "garbage", ",,", "\"",
      "2023-11-16 18:17:04,-3,2",
      "2023-11-16 18:17:04,3.5,2", "2023-11-16 18:17:04,4294967296,2",
      "2023-11-16 18:17:04,99999999999999999999999999,2", "2023-11-16 18:17:04,3,",
      "2023-11-16 18:17:02,3,4",
    ])
  func refused(row: String) throws {
    let text = "2023-11-16 18:17:03,1,2\n\(row)\n2023-11-16 18:17:05,3,4\n"
    #expect(throws: TrafficError.self) { try Self.rows(text) }
    let (rows, skipped) = try Self.rows(text, skipsBadRows: true)
    #expect(rows.map(\.inputTokens) == [1, 3])
    #expect(skipped == 1)
  }

  @Test("refuses a header that lacks a column, and says which columns there are")
  func header() throws {
    let error = #expect(throws: TrafficError.self) {
      try Self.rows("TIMESTAMP,Context,GeneratedTokens\n2023-11-16 18:17:04,1,2\n")
    }
    #expect(error?.description.contains("no column \"ContextTokens\" among \"TIMESTAMP\"") == true)
  }

  @Test("survives empty files, binary garbage and lines longer than a chunk")
  func garbage() throws {
    #expect(try Self.rows("").rows.isEmpty)
    #expect(try Self.rows("TIMESTAMP,ContextTokens,GeneratedTokens").rows.isEmpty)
    #expect(throws: TrafficError.self) { try Self.rows(String(repeating: "1", count: 3 << 20)) }
    #expect(throws: TrafficError.self) { try Self.rows("\u{0}\u{1}\u{2},,,\n\u{0}") }
    for text in ["{", "{\"a\"", "{\"a\":", "{\"a\":1", "[1]", "{\"timestamp\": 1}", "{\"a\\", "{}"]
    {
      #expect(throws: TrafficError.self) { try Self.rows(text, .mooncake) }
      #expect(try Self.rows(text, .mooncake, skipsBadRows: true).skipped == 1)
    }
  }

  @Test("reads the same rows whatever the place of a row in the chunks")
  func chunks() throws {
    var text = ""
    let count = 60_000  // more than two chunks
    for i in 0..<count { text += "2023-11-16 18:\(10 + i / 6_000):00,\(i),\(i % 7)\n" }
    let rows = try Self.rows(text).rows
    #expect(rows.count == count)
    #expect(rows.indices.allSatisfy { rows[$0].inputTokens == UInt32($0) })
  }

  @Test("understands BurstGPT's seconds and sessions, by the names of the columns")
  func burstGPT() throws {
    let (rows, _) = try Self.rows(
      """
      Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
      5,a,1,ChatGPT,472,18,490,Conversation log
      45.25,b,1,"Chat,GPT",1087,230,1317,Conversation log
      118,a,1,GPT-4,417,0,417,API log
      """, .burstGPT)
    #expect(rows.map(\.time) == [5_000_000_000, 45_250_000_000, 118_000_000_000])
    #expect(rows.map(\.inputTokens) == [472, 1_087, 417])
    #expect(rows.map(\.outputTokens) == [18, 230, 0])
    #expect(rows[0].conversation == rows[2].conversation)
    #expect(rows[0].conversation == NameHash("a").bits)
  }

  @Test("is independent of its copies")
  func copies() throws {
    let folder = try ScratchFolder()
    let path = try folder.write(
      "2023-11-16 18:17:03,1,2\n2023-11-16 18:17:04,3,4\n2023-11-16 18:17:05,5,6\n")
    var reader = try TraceReader(path: path, format: .azureLLM)
    var row = TraceRow()
    _ = try reader.next(into: &row)
    var copy = reader
    _ = try reader.next(into: &row)
    _ = try reader.next(into: &row)
    #expect(row.inputTokens == 5)
    _ = try copy.next(into: &row)
    #expect(row.inputTokens == 3)
  }
}
