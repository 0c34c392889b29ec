#include "temper/io/format/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "temper/io/disk/atomic_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Type, rank and sizes as given; then `values` bytes 0, 1, 2, ...
Bytes idx(int type, const std::vector<std::uint32_t>& shape, std::size_t values) {
  Bytes bytes{std::byte{0}, std::byte{0}, static_cast<std::byte>(type),
              static_cast<std::byte>(shape.size())};
  for (const std::uint32_t dimension : shape)
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::byte>(dimension >> shift));
  for (std::size_t i = 0; i < values; ++i) bytes.push_back(static_cast<std::byte>(i));
  return bytes;
}

Bytes gzip(const Bytes& bytes) {
  z_stream zlib{};
  deflateInit2(&zlib, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes out(deflateBound(&zlib, bytes.size()) + 32);
  Bytes in = bytes;
  zlib.next_in = reinterpret_cast<Bytef*>(in.data());
  zlib.avail_in = static_cast<uInt>(in.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

Bytes first(Bytes bytes, std::size_t count) {
  bytes.resize(count);
  return bytes;
}

std::string refusal(const Bytes& bytes, std::uint64_t max_bytes = 1U << 30U) {
  const Error error = error_of([&] { parse_idx(bytes, "file", max_bytes); });
  EXPECT_EQ(error.code(), Code::data);
  return error.what();
}

TEST(Idx, ReadsPlainAndCompressedAlike) {
  const Folder folder;
  for (const Bytes& bytes : {idx(8, {2, 3}, 6), gzip(idx(8, {2, 3}, 6))}) {
    write_atomically(folder / "idx", bytes);
    const Idx read = read_idx(folder / "idx");
    EXPECT_THAT(read.shape, ElementsAre(2, 3));
    EXPECT_THAT(read.values, ElementsAre(0, 1, 2, 3, 4, 5));
  }
}

Bytes operator+(Bytes front, const Bytes& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

TEST(Idx, ReadsCompressedDataOfSeveralMembers) {
  const Bytes whole = idx(8, {2, 3}, 6);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const Bytes rest(whole.begin() + static_cast<std::ptrdiff_t>(cut), whole.end());
    const Bytes members = gzip(first(whole, cut)) + gzip({}) + gzip(rest);
    for (const Bytes& padding : {Bytes{}, Bytes(512)}) {
      const Idx read = parse_idx(members + padding, "file");
      EXPECT_THAT(read.shape, ElementsAre(2, 3)) << cut;
      EXPECT_THAT(read.values, ElementsAre(0, 1, 2, 3, 4, 5)) << cut;
    }
  }
}

TEST(Idx, NoticesThatALaterMemberIsCutShortDamagedOrTooMuch) {
  const Bytes whole = idx(8, {100}, 100);
  const Bytes front = gzip(first(whole, 50));
  const Bytes back = gzip(Bytes(whole.begin() + 50, whole.end()));
  EXPECT_THAT(refusal(front), HasSubstr("found 42. The file is cut short"));
  for (std::size_t size = 2; size < back.size(); ++size)
    EXPECT_THAT(refusal(front + first(back, size)), HasSubstr("cut short")) << size;
  EXPECT_THAT(refusal(front + back + gzip(Bytes(1))), HasSubstr("more than the expected"));
  Bytes damaged = back;
  damaged[2] = std::byte{7};  // the method
  EXPECT_THAT(refusal(front + damaged), HasSubstr("damaged gzip data"));
}

TEST(Idx, ReadsAnEmptyArray) {
  EXPECT_THAT(parse_idx(idx(8, {0, 28, 28}, 0), "file").shape, ElementsAre(0, 28, 28));
}

TEST(Idx, ReportsHowMuchOfATruncatedFileIsThere) {
  EXPECT_THAT(refusal(idx(8, {100, 28}, 1000)),
              AllOf(HasSubstr("file: expected 2800 bytes of values (shape 100x28), found 1000"),
                    HasSubstr("cut short")));
  const Bytes whole = gzip(idx(8, {100, 28}, 2800));
  for (std::size_t size = 2; size < whole.size(); ++size)
    EXPECT_THAT(refusal(first(whole, size)), HasSubstr("cut short")) << size;
}

TEST(Idx, RefusesAHugeShapeBeforeAllocatingForIt) {
  constexpr std::uint32_t most = 0xFFFFFFFF;
  EXPECT_THAT(refusal(idx(8, {most, most, most}, 10)), HasSubstr("more than the limit"));
  EXPECT_THAT(refusal(idx(8, {1U << 31U}, 10), ~0ULL), HasSubstr("found 10"));
  EXPECT_THAT(refusal(gzip(idx(8, {1U << 31U}, 10)), ~0ULL), HasSubstr("cut short"));
  EXPECT_THAT(refusal(idx(8, {11}, 11), 10), HasSubstr("limit of 10 bytes"));
}

TEST(Idx, RefusesOtherTypesRanksAndFiles) {
  EXPECT_THAT(refusal(idx(0x0D, {1}, 4)), HasSubstr("element type 0x0d"));
  EXPECT_THAT(refusal(idx(8, {}, 0)), HasSubstr("0 dimensions"));
  EXPECT_THAT(refusal(bytes_of("<!DOCTYPE html>")), HasSubstr("not an IDX file"));
  EXPECT_THAT(refusal({}), HasSubstr("header is cut short"));
  EXPECT_THAT(refusal(idx(8, {2, 2}, 5)), HasSubstr("more than the expected 4 bytes"));
  EXPECT_THAT(refusal(gzip(idx(8, {2, 2}, 5))), HasSubstr("more than the expected 4 bytes"));
}

TEST(Idx, NoticesADamagedByteInCompressedData) {
  Bytes damaged = gzip(idx(8, {1000}, 1000));
  damaged[damaged.size() / 2] ^= std::byte{0x10};
  EXPECT_THAT(refusal(damaged), HasSubstr("file: "));
}

TEST(Idx, SurvivesDamage) {
  const auto parse = [](const Bytes& bytes) { parse_idx(bytes, "damaged", 1U << 20U); };
  survive_damage(idx(8, {10, 7, 3}, 210), 1, parse);
  survive_damage(gzip(idx(8, {10, 7, 3}, 210)), 2, parse);
  survive_damage(gzip(idx(8, {10, 7, 3}, 100)) + gzip(Bytes(110)), 3, parse);
}

}  // namespace
}  // namespace temper::io::test
