#include "temper/io/format/tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using Files = std::vector<std::pair<std::string, std::string>>;

Files files_in(const Bytes& archive) {
  Files files;
  scan_tar(archive, "shard.tar", [&](const TarMember& member) {
    const auto* begin = reinterpret_cast<const char*>(archive.data()) + member.offset;
    files.emplace_back(member.name, std::string(begin, member.size));
  });
  return files;
}

std::string refusal(const Bytes& archive) {
  const Error error = error_of([&] { files_in(archive); });
  EXPECT_EQ(error.code(), Code::data);
  EXPECT_THAT(error.what(), HasSubstr("shard.tar"));
  return error.what();
}

void append(Bytes& archive, std::span<const std::byte> bytes) {
  archive.insert(archive.end(), bytes.begin(), bytes.end());
}

/// A header with another kind, or a given text as its size, and a valid checksum.
std::array<std::byte, kTarBlock> header(std::string_view name, std::uint64_t size, char kind = '0',
                                        std::string_view size_field = {}) {
  auto block = tar_header(name, size);
  block[156] = static_cast<std::byte>(kind);
  if (!size_field.empty()) std::memcpy(block.data() + 124, size_field.data(), size_field.size());
  std::memset(block.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const std::byte byte : block) sum += std::to_integer<unsigned>(byte);
  std::snprintf(reinterpret_cast<char*>(block.data()) + 148, 8, "%06o", sum);
  return block;
}

Bytes member(std::string_view name, std::string_view content, char kind = '0') {
  Bytes bytes;
  append(bytes, header(name, content.size(), kind));
  append(bytes, bytes_of(content));
  bytes.resize(bytes.size() + tar_padding(content.size()));
  return bytes;
}

Bytes archive(const std::vector<Bytes>& members) {
  Bytes bytes;
  for (const auto& part : members) append(bytes, part);
  bytes.resize(bytes.size() + 2 * kTarBlock);
  return bytes;
}

Bytes alone(std::span<const std::byte> block) {
  Bytes bytes;
  append(bytes, block);
  return archive({bytes});
}

TEST(Tar, ReadsWhatOtherProgramsWrite) {
  const std::string folder = "a-long-folder-name-" + std::string(30, 'x');
  const std::string long_name = folder + "/" + folder + "/" + folder;
  std::string second;
  for (int i = 0; i < 100; ++i) second += "second";
  const Files expected{{"d/000001.jpg", "first"},
                       {"d/000001.cls", "7\n"},
                       {long_name + "/000002.png", second},
                       {long_name + "/000002.json", R"({"label": "cat", "caption": "a cat"})"},
                       {"d/ä.webp", ""}};
  for (const char* format : {"ustar.tar", "gnu.tar", "pax.tar"})
    EXPECT_EQ(files_in(contents(golden / "tar" / format)), expected) << format;
  auto sorted = expected;  // with GNU tar's --sort, and without long names in V7
  for (auto& [name, content] : sorted)
    if (name.starts_with(long_name)) name.replace(0, long_name.size(), "long");
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(files_in(contents(golden / "tar/v7.tar")), sorted);
}

TEST(Tar, ReadsHeadersOnly) {
  const Bytes large = archive({member("1.jpg", std::string(100000, 'x')), member("1.cls", "3")});
  std::uint64_t read = 0;
  std::vector<std::string> names;
  scan_tar(
      large.size(),
      [&](std::uint64_t offset, std::span<std::byte> into) {
        read += into.size();
        ASSERT_LE(offset + into.size(), large.size());
        std::copy_n(large.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
      },
      "shard.tar", [&](const TarMember& found) { names.push_back(found.name); });
  EXPECT_THAT(names, ElementsAre("1.jpg", "1.cls"));
  EXPECT_EQ(read, 3 * kTarBlock);
}

TEST(Tar, ReadsAndRecognizesItsOwnHeaders) {
  const auto block = tar_header("000001.jpg", 12345);
  EXPECT_TRUE(is_tar_header(block, 12345));
  EXPECT_FALSE(is_tar_header(block, 12346));
  auto other = block;
  other[3] ^= std::byte{1};
  EXPECT_FALSE(is_tar_header(other, 12345));
  EXPECT_FALSE(is_tar_header(header("000001.jpg", 5, '2'), 5));
  EXPECT_THAT(files_in(archive({member("000001.jpg", "x")})), ElementsAre(Pair("000001.jpg", "x")));
}

TEST(Tar, SkipsFoldersAndEmptyPartsOfNames) {
  const Bytes bytes = archive({member("d/", "", '5'), member("old/", "", '\0'),
                               member("./d//./1.jpg", "x"), member("comment", "", 'g')});
  EXPECT_THAT(files_in(bytes), ElementsAre(Pair("d/1.jpg", "x")));
}

TEST(Tar, RefusesNamesOutsideTheArchive) {
  for (const char* name : {"../1.jpg", "d/../../1.jpg", "d/..", ".."})
    EXPECT_THAT(refusal(archive({member(name, "x")})),
                AllOf(HasSubstr(name), HasSubstr("leads out of the archive by '..'")));
  EXPECT_THAT(refusal(archive({member("/etc/passwd", "x")})),
              HasSubstr("the name '/etc/passwd' is absolute"));
  EXPECT_THAT(refusal(archive({member("a\nb.jpg", "x")})),
              HasSubstr("'a\\nb.jpg' has a control character"));
  EXPECT_THAT(refusal(archive({member(".", "x")})), HasSubstr("a file without a name"));
  // A name may hold dots.
  EXPECT_THAT(files_in(archive({member("..a/b..jpg", "x")})), ElementsAre(Pair("..a/b..jpg", "x")));
}

TEST(Tar, RefusesTheSameNamesInExtendedHeaders) {
  EXPECT_THAT(refusal(archive({member("long", "../../1.jpg", 'L'), member("1.jpg", "x")})),
              HasSubstr("'../../1.jpg' leads out"));
  EXPECT_THAT(refusal(archive({member("pax", "18 path=/etc/hosts\n", 'x'), member("1.jpg", "x")})),
              HasSubstr("damaged extended header"));
  EXPECT_THAT(refusal(archive({member("pax", "19 path=/etc/hosts\n", 'x'), member("1.jpg", "x")})),
              HasSubstr("'/etc/hosts' is absolute"));
  EXPECT_THAT(refusal(archive({member("pax", "16 path=1.jpg\n\n\n", 'g'), member("1.jpg", "x")})),
              HasSubstr("a path for all members at once"));
  EXPECT_THAT(refusal(archive({member("long", "", 'L'), member("1.jpg", "x")})),
              HasSubstr("an empty long name"));
}

TEST(Tar, RefusesWhatIsNotAFile) {
  EXPECT_THAT(refusal(archive({member("1.jpg", "", '1')})),
              HasSubstr("'1.jpg' is a link; pack the file itself"));
  EXPECT_THAT(refusal(archive({member("1.jpg", "", '2')})), HasSubstr("is a link"));
  EXPECT_THAT(refusal(archive({member("1.jpg", "", '3')})), HasSubstr("is a device"));
  EXPECT_THAT(refusal(archive({member("1.jpg", "", '6')})), HasSubstr("is a pipe"));
  EXPECT_THAT(refusal(archive({member("1.jpg", "", 'S')})), HasSubstr("is a sparse file"));
  EXPECT_THAT(refusal(archive({member("1.jpg", "", 'Z')})), HasSubstr("kind (0x5a)"));
}

TEST(Tar, RefusesSizesBeyondTheArchive) {
  // 10^12, as GNU writes it, and as pax does.
  const std::string binary("\x80\0\0\0\0\0\0\xe8\xd4\xa5\x10\0", 12);
  EXPECT_THAT(refusal(alone(header("1.jpg", 0, '0', binary))),
              HasSubstr("byte 0: '1.jpg' has 1000000000000 bytes, but the archive has 1024 after"));
  EXPECT_THAT(refusal(archive({member("pax", "22 size=1000000000000\n", 'x'), member("1", "x")})),
              HasSubstr("'1' has 1000000000000 bytes"));
  const std::string most("\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
  EXPECT_THAT(refusal(alone(header("1.jpg", 0, '0', most))), HasSubstr("not a number"));
  const std::string negative(12, '\xff');
  EXPECT_THAT(refusal(alone(header("1.jpg", 0, '0', negative))), HasSubstr("not a number"));
  EXPECT_THAT(refusal(alone(header("1.jpg", 0, '0', "00000000009\0"))), HasSubstr("not a number"));
  EXPECT_THAT(refusal(alone(header("1.jpg", 0, 'L', "00077777777\0"))),
              HasSubstr("'1.jpg' has 16777215 bytes"));
}

TEST(Tar, DetectsTruncationAnywhere) {
  const Bytes whole = archive({member("1.jpg", std::string(700, 'x')), member("1.cls", "3")});
  for (std::size_t size = 1; size < whole.size() - kTarBlock; ++size) {
    Bytes cut = whole;
    cut.resize(size);
    EXPECT_THAT(refusal(cut), HasSubstr("cut short")) << size;
  }
  EXPECT_THAT(refusal({}), HasSubstr("the file is empty"));
}

TEST(Tar, RefusesOtherFiles) {
  EXPECT_THAT(refusal(bytes_of(std::string(2000, 'x'))), HasSubstr("byte 0: not a tar archive"));
  Bytes damaged = archive({member("1.jpg", "x"), member("2.jpg", "x")});
  damaged[1024 + 5] ^= std::byte{1};
  EXPECT_THAT(refusal(damaged), HasSubstr("byte 1024: a damaged header"));
}

TEST(Tar, SurvivesDamage) {
  std::uint64_t seed = 0;
  for (const char* format : {"ustar.tar", "gnu.tar", "pax.tar", "v7.tar"})
    survive_damage(contents(golden / "tar" / format), ++seed,
                   [](const Bytes& bytes) { files_in(bytes); });
}

}  // namespace
}  // namespace temper::io::test
