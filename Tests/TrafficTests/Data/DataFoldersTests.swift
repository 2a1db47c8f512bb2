import Testing
import Vocabulary

@testable import Traffic

@Suite("Data folders")
struct DataFoldersTests {
  @Test("are searched beside the scenario first, then in the given order")
  func order() throws {
    let (beside, given) = (try ScratchFolder(), try ScratchFolder())
    let data = DataFolders(beside: beside.path, given: [given.path + "/"])
    let far = try given.write("x", as: "a.csv")
    #expect(try data.find("a.csv") == given.path + "/a.csv")
    let near = try beside.write("x", as: "a.csv")
    #expect(try data.find("a.csv") == near)
    #expect(try data.find(far) == far)
  }

  @Test("say where they were searched, and where the file can be had")
  func missing() throws {
    let stream = try plan([
      "trace": "week.csv", "alias": "chat", "source": "example.org/week.csv",
      "sha256": .text(String(repeating: "0", count: 64)),
    ])
    let data = DataFolders(beside: "/nowhere/scenario", given: ["/nowhere/data"])
    let error = #expect(throws: TrafficError.self) { try stream.dataPath(in: data) }
    #expect(
      error?.description == """
        week.csv: no such data file; searched
          /nowhere/scenario/week.csv
          /nowhere/data/week.csv
          it can be had from: example.org/week.csv
          its SHA-256 is: \(String(repeating: "0", count: 64))
          next: download it (the scenario's README.md says where from), put it beside the scenario, or name its folder with --data
        """)
  }

  @Test("give the file only if its checksum is the one meant")
  func checksum() throws {
    let folder = try ScratchFolder()
    _ = try folder.write("abc")
    let data = DataFolders(beside: folder.path)
    // FIPS 180-4, example B.1.
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let right = try plan(["trace": "trace.csv", "alias": "chat", "sha256": .text(sum)])
    #expect(try right.checkData(in: data)?.sha256 == sum)
    let wrong = try plan([
      "trace": "trace.csv", "alias": "chat", "sha256": .text(String(repeating: "0", count: 64)),
    ])
    #expect(throws: TrafficError.self) { try wrong.checkData(in: data) }
  }

  @Test("hash messages of any length as FIPS 180-4 does")
  func lengths() {
    func sum(_ text: String, inPiecesOf size: Int) -> String {
      var checksum = Checksum()
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        checksum.add(bytes[start..<min(start + size, bytes.count)])
      }
      return checksum.finish()
    }
    #expect(
      sum("", inPiecesOf: 1) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    for size in [1, 7, 56, 64] {
      #expect(
        sum(long, inPiecesOf: size)
          == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }
    let a = String(repeating: "a", count: 1_000)
    #expect(
      sum(a, inPiecesOf: 33) == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
  }
}
