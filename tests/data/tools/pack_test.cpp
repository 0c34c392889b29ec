// Packing a data set into shards, and reading shards.
#include "temper/data/tools/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "temper/data/sources/fashion_mnist.h"
#include "temper/data/sources/open.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/format/shard_index.h"
#include "temper/io/image/encode_jpeg.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::map<std::string, std::vector<std::byte>> files_below(const fs::path& folder) {
  std::map<std::string, std::vector<std::byte>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).generic_string()] =
          io::read_file(entry.path(), 1U << 30U);
  return files;
}

/// Label and pixels of every image.
std::multiset<std::pair<std::int64_t, std::vector<std::uint8_t>>> contents(const Source& source) {
  std::multiset<std::pair<std::int64_t, std::vector<std::uint8_t>>> all;
  for (std::int64_t i = 0; i < source.size(); ++i)
    all.emplace(source.label(i), source.image(i).pixels);
  return all;
}

TEST(PackedText, CountsImagesShardsAndWhatWasLeftOut) {
  const Packed packed{.info = {.classes = {"ant", "bee"}, .train = {1500, 2}, .test = {7, 1}},
                      .bytes = (1 << 20) + 1,
                      .reencoded = 1200,
                      .bad = {{.image = 3, .where = "bee/3.png", .reason = "cut short"}}};
  EXPECT_EQ(to_text(packed, "out"),
            "out: 1,500 training images in 2 shards, 7 test images in 1; 2 MiB, 2 classes; 1,200 "
            "images re-encoded\nskipped bee/3.png: cut short\n1 images skipped\n");
  EXPECT_EQ(to_text({.info = {.train = {7, 1}}, .values = 2}, "out"),
            "out: 7 training images in 1 shard; 0 MiB, 2 targets per image\n");
}

class Packing : public ::testing::Test {
 protected:
  Packing() {
    std::uint64_t seed = 0;
    for (const char* name : {"train/ant/0.png", "train/ant/1.png", "train/bee/0.png",
                             "train/bee/1.png", "train/bee/2.png", "val/bee/0.png"})
      write_picture(source / name, noise(30, 40, 3, ++seed));
    const auto jpeg = io::encode_jpeg(noise(50, 41, 3, 9), {.orientation = 6});
    write_bytes(source / "train/ant/9.jpg", jpeg.data(), jpeg.size());
  }
  Packed packed(const PackOptions& options = {}) { return pack(source.string(), out, options); }

  TemporaryFolder root;
  fs::path source = root.path() / "source";
  fs::path out = root.path() / "out";
};

TEST_F(Packing, KeepsEveryPictureAndLabel) {
  const auto result = packed();
  EXPECT_EQ(result.info.train, (PackInfo::Set{6, 1}));
  EXPECT_EQ(result.info.validation, (PackInfo::Set{1, 1}));
  EXPECT_EQ(result.reencoded, 0);
  const auto before = open(source.string());
  const auto after = open(out.string());
  EXPECT_EQ(after.train->classes(), before.train->classes());
  EXPECT_EQ(contents(*after.train), contents(*before.train));
  EXPECT_EQ(contents(*after.validation), contents(*before.validation));
  EXPECT_EQ(after.test, nullptr);
  EXPECT_EQ(after.normalisation, before.normalisation);
  const auto disk = open(out.string(), {.memory = 0});
  EXPECT_EQ(contents(*disk.train), contents(*before.train));
  EXPECT_EQ(disk.train->digest(), after.train->digest());
  EXPECT_THAT(disk.train->where(0), HasSubstr("out/train/train-000000.tar/000000000."));
  EXPECT_FALSE(fs::exists(out / ".lock"));
}

TEST_F(Packing, GivesTheSameBytesAgain) {
  packed({.short_side = 20});
  const auto first = files_below(out);
  fs::remove_all(out);
  packed({.short_side = 20});
  EXPECT_EQ(files_below(out), first);
  for (const char* name : {"dataset.json", "train/train-000000.tar", "train/train-000000.tar.index",
                           "val/val-000000.tar", "val/val-000000.tar.index"})
    EXPECT_TRUE(first.contains(name)) << name;
  EXPECT_EQ(first.size(), 5U);
}

TEST_F(Packing, WritesTheIndexThatTheShardHas) {
  packed();
  const auto shard = out / "train/train-000000.tar";
  const auto index = io::parse_index(io::read_text(io::index_path(shard)), "index");
  EXPECT_EQ(fs::last_write_time(io::index_path(shard)), fs::last_write_time(shard))
      << "by which it is known to be that of the shard";
  fs::remove(io::index_path(shard));
  EXPECT_EQ(io::open_shard(shard), index);
}

TEST_F(Packing, SplitsIntoShardsOfTheSize) {
  const auto result = packed({.shard_bytes = 12000});
  EXPECT_GT(result.info.train.shards, 1);
  std::int64_t total = 0;
  for (const auto& [name, bytes] : files_below(out)) {
    if (!name.ends_with(".tar")) continue;
    EXPECT_LE(bytes.size(), 12000U) << name;
    total += std::ssize(bytes);
  }
  EXPECT_EQ(total, result.bytes);
  EXPECT_EQ(contents(*open(out.string()).train), contents(*open(source.string()).train));
}

TEST_F(Packing, MakesLargePicturesSmallAndKeepsTheirOrientation) {
  const auto result = packed({.short_side = 35});
  EXPECT_EQ(result.reencoded, 1);  // 41 pixels wide; the others' short side is 30
  const auto sets = open(out.string(), {.memory = 0});
  io::Picture picture;
  int found = 0;
  for (std::int64_t i = 0; i < sets.train->size(); ++i) {
    sets.train->read(i, picture);
    if (picture.width() != 35) continue;
    ++found;
    EXPECT_EQ(picture.height(), 42);  // floor(35 * 50 / 41)
    EXPECT_EQ(io::exif_orientation(picture.file(), "picture"), 6);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(Packing, RewritesSmallerJpegsWithoutLoss) {
  const auto before = contents(*open(source.string()).train);
  EXPECT_EQ(packed({.short_side = 60}).reencoded, 0);
  const auto sets = open(out.string(), {.memory = 0});
  EXPECT_EQ(contents(*sets.train), before);
  io::Picture picture;
  int rewritten = 0;
  for (std::int64_t i = 0; i < sets.train->size(); ++i) {
    sets.train->read(i, picture);
    constexpr std::array interval{std::byte{0xFF}, std::byte{0xDD}, std::byte{0}, std::byte{4}};
    rewritten += std::ranges::search(picture.file(), interval).empty() ? 0 : 1;
  }
  EXPECT_EQ(rewritten, 1) << "the only JPEG";
}

TEST_F(Packing, NamesOrLeavesOutWhatCannotBeDecoded) {
  const auto bytes = io::read_file(source / "train/bee/1.png", 1U << 20U);
  write_bytes(source / "train/bee/1.png", bytes.data(), bytes.size() / 2);
  EXPECT_THAT(message_of(Code::data, [&] { packed(); }), HasSubstr("train/bee/1.png"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), fs::directory_iterator()), 1)
      << "something was left behind";
  const auto result = packed({.skip_bad = true});
  EXPECT_EQ(result.info.train.images, 5);
  ASSERT_EQ(result.bad.size(), 1U);
  EXPECT_THAT(result.bad[0].where, HasSubstr("train/bee/1.png"));
  EXPECT_FALSE(result.bad[0].reason.empty());
}

TEST_F(Packing, RefusesAnOutThatIsThere) {
  fs::create_directories(out);
  EXPECT_THAT(message_of(Code::usage, [&] { packed(); }), HasSubstr("out exists already"));
}

TEST_F(Packing, BeginsAgainAfterAKilledProcess) {
  fs::create_directories(root.path() / ".out.temper-tmp/train");
  write_bytes(root.path() / ".out.temper-tmp/train/train-000007.tar", "torn", 4);
  packed();
  EXPECT_EQ(files_below(out).size(), 5U);
}

TEST_F(Packing, IsRefusedWhileTheSameFolderIsBeingPacked) {
  std::string refusal;
  pack(source.string(), out, {}, [&](std::int64_t /*done*/, std::int64_t /*all*/) {
    refusal = message_of(Code::usage, [&] { packed(); });
  });
  EXPECT_THAT(refusal, HasSubstr("is in use by process"));
  EXPECT_EQ(files_below(out).size(), 5U);
}

using PackingDeathTest = Packing;

// In its own process, because the fault is read only once.
TEST_F(PackingDeathTest, HoldsItsLockUntilTheFolderHasItsName) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const auto log = root.path() / "calls.txt";
        ::setenv("TEMPER_FAULT", ("do=log to=" + log.string()).c_str(), 1);
        packed();
        const auto calls = io::read_text(log);
        const auto named = calls.find("rename " + out.string() + "\n");
        const auto unlocked = calls.find("remove " + (out / ".lock").string() + "\n");
        fs::remove_all(root.path());
        std::exit(named < unlocked && unlocked != std::string::npos ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST_F(Packing, SaysWhenShardsAreMissing) {
  packed({.shard_bytes = 12000});
  fs::remove(out / "train/train-000001.tar");
  EXPECT_THAT(message_of(Code::data, [&] { open(out.string()); }),
              AllOf(HasSubstr("the training set has"), HasSubstr("Get the missing shards")));
}

/// An IDX file whose values count up from 0, repeatedly.
void write_idx(const fs::path& path, const std::vector<std::uint8_t>& shape, int period) {
  std::string bytes{0, 0, 8, static_cast<char>(shape.size())};
  std::size_t count = 1;
  for (const auto n : shape) {
    bytes += {0, 0, 0, static_cast<char>(n)};
    count *= n;
  }
  for (std::size_t i = 0; i < count; ++i)
    bytes += static_cast<char>(i % static_cast<std::size_t>(period));
  write_bytes(path, bytes.data(), bytes.size());
}

TEST_F(Packing, OfPixelsInMemoryIsTheSameSet) {
  const fs::path place = root.path() / "data/fashion-mnist";
  write_idx(place / "train-images-idx3-ubyte", {20, 28, 28}, 256);
  write_idx(place / "train-labels-idx1-ubyte", {20}, 10);
  write_idx(place / "t10k-images-idx3-ubyte", {12, 28, 28}, 251);
  write_idx(place / "t10k-labels-idx1-ubyte", {12}, 10);
  const auto before = fashion_mnist(place);
  ::setenv("TEMPER_DATA_DIR", (root.path() / "data").c_str(), 1);
  pack("fashion-mnist", out, {});
  ::unsetenv("TEMPER_DATA_DIR");
  const auto after = open(out.string());
  EXPECT_EQ(after.train->channels(), 1);
  EXPECT_EQ(after.height, 28);
  EXPECT_EQ(after.normalisation, before.normalisation);
  EXPECT_EQ(after.train->classes(), before.train->classes());
  EXPECT_EQ(contents(*after.train), contents(*before.train));
  EXPECT_EQ(contents(*after.test), contents(*before.test));
}

class Shards : public Packing {
 protected:
  /// A shard of noise, labels as given; empty: none.
  void write_shard(const fs::path& path, const std::vector<std::string>& labels,
                   std::uint64_t seed = 0) {
    std::string bytes;
    const auto add = [&](const std::string& name, const std::string& content) {
      const auto header = io::tar_header(name, content.size());
      bytes.append(reinterpret_cast<const char*>(header.data()), header.size());
      bytes += content;
      bytes.append(io::tar_padding(content.size()), '\0');
    };
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto key = std::to_string(i);
      const auto png = io::encode_png(noise(4, 4, 3, seed + i));
      if (!labels[i].empty()) add(key + ".cls", labels[i]);
      add(key + ".png", {reinterpret_cast<const char*>(png.data()), png.size()});
    }
    bytes.append(1024, '\0');
    write_bytes(path, bytes.data(), bytes.size());
  }
  static std::vector<std::int64_t> labels(const Source& source) {
    std::vector<std::int64_t> all;
    for (std::int64_t i = 0; i < source.size(); ++i) all.push_back(source.label(i));
    return all;
  }
  fs::path place = root.path() / "shards";
};

TEST_F(Shards, OfOtherProgramsTakeTheirClassesFromTheLabels) {
  write_shard(place / "training/b.tar", {"10", "", "2"});
  write_shard(place / "training/a.tar", {"2"}, 50);
  write_shard(place / "val/x.tar", {"10"});
  const auto sets = open(place.string());
  EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"2", "10"}));
  EXPECT_EQ(labels(*sets.train), (std::vector<std::int64_t>{0, 1, -1, 0}));
  EXPECT_EQ(labels(*sets.validation), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(sets.train->image(0), noise(4, 4, 3, 50));
  EXPECT_EQ(sets.train->image(3), noise(4, 4, 3, 2));
  EXPECT_TRUE(fs::exists(place / "training/a.tar.index"));
  write_shard(place / "one.tar", {"cat", "dog"});
  EXPECT_EQ(open((place / "one.tar").string()).train->classes(),
            (std::vector<std::string>{"cat", "dog"}));
}

TEST_F(Shards, NameTheSampleWithAClassThatTrainingLacks) {
  write_shard(place / "train/a.tar", {"cat", "dog"});
  write_shard(place / "val/b.tar", {"cat", "cow"});
  EXPECT_THAT(message_of(Code::data, [&] { open(place.string()); }),
              AllOf(HasSubstr("val/b.tar/1.png: label 'cow'"), HasSubstr("it has cat, dog")));
  write_shard(place / "train/a.tar", {"", ""});
  EXPECT_THAT(message_of(Code::data, [&] { open(place.string()); }),
              HasSubstr("no picture has a label"));
}

TEST_F(Shards, ThatAreReplacedDuringARunAreNamed) {
  write_shard(place / "a.tar", {"0", "1"});
  const auto set = open(place.string(), {.memory = 0}).train;
  EXPECT_EQ(set->image(1), noise(4, 4, 3, 1));
  write_shard(place / "a.tar", {"0", "1", "1"});
  EXPECT_THAT(message_of(Code::data, [&] { static_cast<void>(set->image(1)); }),
              AllOf(HasSubstr("a.tar"), HasSubstr("changed since the data set was opened")));
}

TEST(PackInfo, IsReadAsItWasWrittenAndRefusedWhereItIsNot) {
  const PackInfo info{.classes = {"a", "b \"c\""},
                      .channels = 1,
                      .normalisation = {{0.25}, {0.5}},
                      .train = {10, 2},
                      .test = {3, 1}};
  const auto text = to_text(info);
  EXPECT_EQ(parse_pack_info(text, "dataset.json"), info);
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"temper shards", "others"},
                                                        {"\"channels\": 1", "\"channels\": 2"},
                                                        {"\"images\": 10", "\"images\": -1"},
                                                        {"0.5", "0.0"},
                                                        {"0.5", "\"x\""},
                                                        {"}", ""}}) {
    auto other = text;
    other.replace(other.find(from), from.size(), to);
    EXPECT_THAT(message_of(Code::data, [&] { parse_pack_info(other, "dataset.json"); }),
                HasSubstr("dataset.json: not what temper data pack writes"))
        << from;
  }
}

TEST(PackInfo, GivesEveryClassANameOfItsOwn) {
  const PackInfo info{.classes = {"cat", "dog", "cat"}, .train = {10, 2}};
  EXPECT_THAT(message_of(Code::data, [&] { parse_pack_info(to_text(info), "dataset.json"); }),
              HasSubstr("dataset.json: two classes have the name 'cat'; rename one of them"));
}

}  // namespace
}  // namespace temper::data
