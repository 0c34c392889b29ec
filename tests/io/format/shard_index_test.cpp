#include "temper/io/format/shard_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "temper/io/disk/atomic_file.h"
#include "tests/io/tar.h"

namespace temper::io::test {
namespace {

using ::testing::HasSubstr;

const Shard small{.size = 10240, .samples = {{"a/1.jpg", 512, 100, "7"}, {"2.png", 2048, 0, ""}}};

const Shard valued{.size = 10240,
                   .samples = {{"a/1.jpg", 512, 100, "", {1.5, -1e300}}, {"2.png", 2048, 0, ""}},
                   .value_names = {"y", "a b"},
                   .unread = 3,
                   .first_unread = "a/1.seg.png"};

TEST(ShardIndex, IsReadAsItWasWritten) {
  for (const auto& shard : {small, valued}) {
    EXPECT_EQ(parse_index(index_text(shard), "index"), shard);
    EXPECT_EQ(index_text(shard), index_text(parse_index(index_text(shard), "index")));
  }
}

TEST(ShardIndex, IsInUtf8) {
  const auto refused = [](const Shard& shard) {
    return std::string(error_of([&] { parse_index(index_text(shard), "index"); }).what());
  };
  const Shard good{.size = 2048, .samples = {{"Bär.jpg", 512, 3, "Bär"}}};
  EXPECT_EQ(parse_index(index_text(good), "index").samples, good.samples);
  auto name = good;
  name.samples[0].name = "B\xE4r.jpg";
  EXPECT_THAT(refused(name), HasSubstr("an invalid name or label"));
  auto label = good;
  label.samples[0].label = "B\xE4r";
  EXPECT_THAT(refused(label), HasSubstr("an invalid name or label"));
  auto values = good;
  values.value_names = {"\xE4"};
  EXPECT_THAT(refused(values), HasSubstr("an invalid name of a value"));
}

TEST(ShardIndex, ThatIsDamagedIsRefused) {
  const auto refused = [](const Shard& shard) {
    return error_of([&] { parse_index(index_text(shard), "index"); }).code() == Code::data;
  };
  auto one = valued;
  one.value_names.pop_back();
  EXPECT_TRUE(refused(one)) << "two values and one name";
  auto same = valued;
  same.value_names[1] = "y";
  EXPECT_TRUE(refused(same)) << "one name twice";
  auto both = valued;
  both.samples[0].label = "3";
  EXPECT_TRUE(refused(both)) << "a label and values";
  auto nameless = valued;
  nameless.first_unread.clear();
  EXPECT_TRUE(refused(nameless)) << "pictures that are not read, and none that is the first";
  const std::string text = index_text(valued);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_EQ(error_of([&] { parse_index(other, "index"); }).code(), Code::data) << i;
    EXPECT_EQ(error_of([&] { parse_index(text.substr(0, i), "index"); }).code(), Code::data) << i;
  }
  auto outside = small;
  outside.samples[0].size = 10000;
  EXPECT_THAT(error_of([&] { parse_index(index_text(outside), "index"); }).what(),
              HasSubstr("index: not an index of a shard, or a damaged one (an image is outside"));
}

class OpenShard : public ::testing::Test {
 protected:
  void write(const std::vector<std::pair<std::string, std::string>>& files) {
    write_atomically(path, tar(files));
  }
  void age(const std::filesystem::path& file, int seconds) {
    std::filesystem::last_write_time(
        file, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(seconds));
  }
  /// Gives the index the time of the shard.
  void date() { last_write_time(index, last_write_time(path)); }

  Folder folder;
  std::filesystem::path path = folder / "000.tar";
  std::filesystem::path index = folder / "000.tar.index";
};

TEST_F(OpenShard, WritesAnIndexAndReadsItTheNextTime) {
  write({{"1.jpg", "one"}, {"1.cls", "3"}});
  const auto first = open_shard(path);
  EXPECT_EQ(parse_index(read_text(index), "index"), first);
  // A changed index shows that the index is read.
  auto other = first;
  other.samples[0].label = "4";
  write_index(path, other, stamp_of(path).modified);
  EXPECT_EQ(open_shard(path), other);
  EXPECT_EQ(stamp_of(index).modified, stamp_of(path).modified);
}

TEST_F(OpenShard, ReadsAShardThatWasReplacedByOneOfAnotherTimeAlsoAnOlderOne) {
  for (const int seconds : {0, 1000, 2000, 500}) {
    const auto label = std::to_string(seconds % 7);
    write({{"1.jpg", "one"}, {"1.cls", label}});  // of the same size, with the image at its place
    age(path, seconds);
    EXPECT_EQ(open_shard(path).samples.at(0).label, label);
    EXPECT_EQ(parse_index(read_text(index), "index").samples.at(0).label, label);
  }
}

TEST_F(OpenShard, RewritesAnIndexOfAnotherTimeADamagedOneAndThatOfAnotherShard) {
  write({{"1.jpg", "one"}, {"1.cls", "3"}});
  const auto right = open_shard(path);
  const std::string text = read_text(index);
  auto other = right;
  other.samples[0].label = "4";

  for (const int seconds : {50, 150}) {
    write_atomically(index, index_text(other));
    age(index, 100);
    age(path, seconds);
    EXPECT_EQ(open_shard(path), right);
    EXPECT_EQ(read_text(index), text);
  }

  write_atomically(index, "something else");
  date();
  EXPECT_EQ(open_shard(path), right);
  EXPECT_EQ(read_text(index), text);

  auto elsewhere = right;
  elsewhere.samples[0].offset += 512;
  elsewhere.samples[0].label = "4";
  write_atomically(index, index_text(elsewhere));
  date();
  EXPECT_EQ(open_shard(path), right);

  other.size += 512;
  write_atomically(index, index_text(other));
  date();
  EXPECT_EQ(open_shard(path), right);
  EXPECT_EQ(read_text(index), text);
}

TEST_F(OpenShard, WorksIfNoIndexCanBeWritten) {
  write({{"1.jpg", "one"}});
  std::filesystem::create_directories(index / "in the way");
  EXPECT_EQ(open_shard(path).samples.size(), 1U);
  EXPECT_EQ(folder.files(), 2U) << "a temporary was left";
}

TEST_F(OpenShard, NamesTheFile) {
  EXPECT_EQ(error_of([&] { open_shard(path); }).code(), Code::io);
  write_atomically(path, "no tar");
  EXPECT_THAT(error_of([&] { open_shard(path); }).what(), HasSubstr(path.string()));
  EXPECT_FALSE(std::filesystem::exists(index));
}

TEST(ShardIndex, SurvivesDamage) {
  survive_damage(bytes_of(index_text(valued)), 6, [](const Bytes& bytes) {
    parse_index({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "index");
  });
}

}  // namespace
}  // namespace temper::io::test
