#include "temper/io/format/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/zip.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string refusal(const Bytes& archive) {
  const Error error = error_of([&] {
    for (const ZipMember& member : scan_zip(archive, "file")) {
      if (member.deflated) inflate(member, "file");
      check_crc(member, member.bytes, "file");
    }
  });
  EXPECT_EQ(error.code(), Code::data);
  return error.what();
}

Bytes with_deflated(const std::string& stored, std::uint64_t size) {
  return zip_of({{.name = "a", .stored = stored, .size = size, .method = 8}});
}

TEST(Zip, ReadsStoredAndDeflatedMembers) {
  const std::string zeros(5000, '\0');
  const Bytes archive =
      zip_of({{.name = "d/a", .stored = "hello", .crc = 0x3610a686},
              {.name = "empty", .stored = ""},
              {.name = "zeros", .stored = deflated(zeros), .size = zeros.size(), .method = 8}});
  EXPECT_TRUE(is_zip(archive));
  const auto members = scan_zip(archive, "file");
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].name, "d/a");
  EXPECT_EQ(text_of(members[0].bytes), "hello");
  EXPECT_NO_THROW(check_crc(members[0], members[0].bytes, "file"));
  EXPECT_EQ(members[1].size, 0U);
  ASSERT_TRUE(members[2].deflated);
  EXPECT_EQ(text_of(inflate(members[2], "file")), zeros);
  EXPECT_TRUE(scan_zip(zip_of({}), "file").empty());
}

TEST(Zip, ReadsSizesOf64Bits) {
  // The extra field of zip64 behind another one; it has only the numbers that are not in the entry.
  const Bytes archive =
      zip_of({{.name = "a",
               .stored = "hello",
               .size = 0xFFFFFFFF,
               .extra = "FB" + little_endian(1, 2) + "x" + little_endian(1, 2) +
                        little_endian(16, 2) + little_endian(5, 8) + little_endian(5, 8),
               .stored_size = 0xFFFFFFFF}});
  EXPECT_EQ(text_of(scan_zip(archive, "file").at(0).bytes), "hello");
}

TEST(Zip, RefusesArchivesCutShort) {
  const Bytes whole = zip_of({{.name = "a", .stored = "hello"}, {.name = "b", .stored = "x"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(refusal(cut), HasSubstr("cut short")) << size;
  }
}

TEST(Zip, RefusesMembersThatOverlapOrOccurTwice) {
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "hello"}, {.name = "a", .stored = "x"}})),
              HasSubstr("\"a\" occurs twice"));
  // The second member is in the bytes of the first: the way of zip bombs.
  const Bytes inner = zip_of({{.name = "b", .stored = "x"}});
  const std::string part = text_of(std::span(inner).first(32));
  EXPECT_THAT(
      refusal(zip_of({{.name = "a", .stored = part}, {.name = "b", .stored = "x", .offset = 31}})),
      HasSubstr("\"b\" overlaps \"a\""));
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x"},
                              {.name = "b", .stored = "x", .offset = 0, .name_in_header = "a"}})),
              HasSubstr("another name"));
}

TEST(Zip, RefusesMembersOutsideOfTheArchive) {
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x", .stored_size = 1000}})),
              HasSubstr("extends into the central directory"));
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x", .offset = 1'000'000}})),
              HasSubstr("no header at byte 1000000"));
  const std::string most = little_endian(~0ULL, 8);
  EXPECT_THAT(refusal(zip_of({{.name = "a",
                               .stored = "x",
                               .size = 0xFFFFFFFF,
                               .extra = little_endian(1, 2) + little_endian(16, 2) + most + most,
                               .stored_size = 0xFFFFFFFF}})),
              HasSubstr("extends into"));
  EXPECT_THAT(refusal(zip_of({{.name = "a",
                               .stored = "x",
                               .size = 0xFFFFFFFF,
                               .extra = little_endian(1, 2) + little_endian(2, 2) + "xx"}})),
              HasSubstr("too short"));
}

TEST(Zip, RefusesWhatItDoesNotRead) {
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x", .flags = 1}})), HasSubstr("encrypted"));
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x", .method = 93}})),
              HasSubstr("method 93; 0 (stored) and 8 (deflated)"));
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "x", .size = 2}})),
              HasSubstr("has 1 bytes in place of 2"));
}

TEST(Zip, RefusesDamagedContents) {
  const std::string good = deflated("hello");
  EXPECT_NO_THROW(inflate(scan_zip(with_deflated(good, 5), "file").at(0), "file"));
  for (const std::uint64_t size : {1, 4, 6, 100'000})
    EXPECT_THAT(refusal(with_deflated(good, size)),
                HasSubstr("\"a\" of the zip archive is damaged"));
  EXPECT_THAT(refusal(with_deflated(good + "x", 5)), HasSubstr("damaged"));
  EXPECT_THAT(refusal(with_deflated(good.substr(1), 5)), HasSubstr("damaged"));
  EXPECT_THAT(refusal(with_deflated(good.substr(0, 3), 5)), HasSubstr("damaged"));
  EXPECT_THAT(refusal(zip_of({{.name = "a", .stored = "hello", .crc = 1}})),
              HasSubstr("its CRC-32 is 3610a686, expected 00000001"));
}

TEST(Zip, SurvivesDamage) {
  const Bytes archive =
      zip_of({{.name = "a", .stored = "hello"},
              {.name = "b", .stored = deflated(std::string(500, 'x')), .size = 500, .method = 8}});
  const auto parse = [](const Bytes& bytes) {
    for (const ZipMember& member : scan_zip(bytes, "damaged"))
      if (member.deflated && member.size < 10'000) inflate(member, "damaged");
  };
  survive_damage(archive, 1, parse, 2000);
}

}  // namespace
}  // namespace temper::io::test
