#include "temper/data/tools/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "temper/data/sources/array_source.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

void write_text(const fs::path& path, const std::string& text) {
  write_bytes(path, text.data(), text.size());
}

/// Writes train/ with three images of cats and two of dogs, and val/ with one of each.
void write_set(const fs::path& folder) {
  std::uint64_t seed = 0;
  for (const auto* path :
       {"train/cat/a.png", "train/cat/b.png", "train/cat/c.png", "train/dog/a.png",
        "train/dog/b.png", "val/cat/a.png", "val/dog/a.png"}) {
    write_picture(folder / path, noise(20 + static_cast<int>(seed), 30, 3, seed + 1));
    ++seed;
  }
}

TEST(Check, SaysWhatThereIs) {
  const TemporaryFolder folder;
  write_set(folder.path());
  const auto found = check(folder.path().string(), {.threads = 3});
  EXPECT_TRUE(found.good());
  EXPECT_THAT(found.classes, ElementsAre("cat", "dog"));
  ASSERT_EQ(found.sets.size(), 2U);
  EXPECT_EQ(found.sets[0].name, "training");
  EXPECT_EQ(found.sets[0].images, 5);
  EXPECT_THAT(found.sets[0].per_class, ElementsAre(3, 2));
  EXPECT_EQ(found.sets[0].sizes.smallest_height, 20);
  EXPECT_EQ(found.sets[0].sizes.largest_height, 24);
  EXPECT_EQ(found.sets[0].sizes.median_side, 22);
  EXPECT_EQ(found.sets[1].name, "validation");
  EXPECT_THAT(found.duplicates, IsEmpty());
  EXPECT_THAT(found.odd_files, IsEmpty());
  EXPECT_NEAR(found.normalisation.mean.at(0), 0.5, 0.02);
  EXPECT_NEAR(found.normalisation.std.at(0), 0.29, 0.02);
  const auto text = to_text(found);
  EXPECT_THAT(text, HasSubstr("training    5 pictures, 2 to 3 per class\n"
                              "            20 to 24 pixels high, 30 wide, median shorter side "
                              "22\n"));
  EXPECT_THAT(text, HasSubstr("classes     2\n                     3  cat\n"));
  const auto json = to_json(found);
  EXPECT_EQ(json["good"], true);
  EXPECT_EQ(json["sets"][0]["per_class"]["dog"], 2);
}

TEST(Check, CountsPicturesWithoutColorAndKeepsTellingSizes) {
  const TemporaryFolder folder;
  write_set(folder.path());
  auto gray = io::with_channels(noise(40, 10, 1, 3), 3);
  write_picture(folder.path() / "train/cat/gray.png", gray);
  gray.pixels.back() ^= 1;
  write_picture(folder.path() / "train/dog/nearly.png", gray);
  const auto found = check(folder.path().string());
  EXPECT_EQ(found.sets[0].gray, 1);
  EXPECT_EQ(found.sets[1].gray, 0);
  EXPECT_THAT(found.sets[0].sizes.telling,
              ElementsAre(augment::Size{20, 30}, augment::Size{40, 10}, augment::Size{21, 30}));
  EXPECT_THAT(to_text(found), HasSubstr("\n            1 picture is gray\n"));
  EXPECT_EQ(to_json(found)["sets"][0]["gray"], 1);
}

TEST(Check, NamesWhatCannotBeRead) {
  const TemporaryFolder folder;
  write_set(folder.path());
  write_text(folder.path() / "train/cat/empty.png", "");
  write_text(folder.path() / "train/dog/text.jpg", "this is no picture");
  auto bytes = io::encode_png(noise(20, 20, 3, 9));
  write_bytes(folder.path() / "val/dog/short.png", bytes.data(), bytes.size() / 2);
  const auto found = check(folder.path().string());
  EXPECT_FALSE(found.good());
  ASSERT_EQ(found.sets[0].bad.size(), 2U);
  EXPECT_EQ(found.sets[0].bad[0].where, (folder.path() / "train/cat/empty.png").string());
  EXPECT_THAT(found.sets[0].bad[0].reason, Not(HasSubstr("empty.png")));
  EXPECT_EQ(found.sets[0].bad[1].where, (folder.path() / "train/dog/text.jpg").string());
  ASSERT_EQ(found.sets[1].bad.size(), 1U);
  const auto text = to_text(found);
  EXPECT_THAT(text, HasSubstr("2 pictures of the training set can't be read:\n"));
  EXPECT_THAT(text, HasSubstr("1 picture of the validation set can't be read:\n"));
  EXPECT_THAT(text, HasSubstr("not good"));
  EXPECT_EQ(to_json(found)["sets"][0]["unreadable"].size(), 2U);
}

TEST(Check, FindsTheSamePixelsWithinAndAcrossSets) {
  const TemporaryFolder folder;
  write_set(folder.path());
  fs::copy(folder.path() / "train/cat/a.png", folder.path() / "train/cat/again.png");
  auto found = check(folder.path().string());
  ASSERT_EQ(found.duplicates.size(), 1U);
  EXPECT_FALSE(found.duplicates[0].across_sets());
  EXPECT_FALSE(found.duplicates[0].labels_differ());
  EXPECT_TRUE(found.good()) << "twice in one class is odd and harms little";

  fs::copy(folder.path() / "train/dog/a.png", folder.path() / "train/cat/z.png");
  found = check(folder.path().string());
  ASSERT_EQ(found.duplicates.size(), 2U);
  EXPECT_TRUE(found.duplicates[1].labels_differ());
  EXPECT_FALSE(found.good());
  EXPECT_THAT(to_text(found), HasSubstr("1 picture with more than one label:\n"));

  fs::copy(folder.path() / "train/cat/b.png", folder.path() / "val/cat/other.png");
  found = check(folder.path().string());
  ASSERT_EQ(found.duplicates.size(), 3U);
  EXPECT_TRUE(found.duplicates[1].across_sets());
  EXPECT_THAT(
      found.duplicates[1].pictures,
      ElementsAre(
          Duplicates::One{"training", (folder.path() / "train/cat/b.png").string(), 0},
          Duplicates::One{"validation", (folder.path() / "val/cat/other.png").string(), 0}));
}

TEST(Check, NamesFilesOfUnexpectedKinds) {
  const TemporaryFolder folder;
  write_set(folder.path());
  write_picture(folder.path() / "train/cat/d.jpg", noise(9, 9, 3, 20));
  write_picture(folder.path() / "train/cat/e.dat", noise(9, 9, 3, 21));
  write_text(folder.path() / "train/dog/f.gif", "GIF89a, as it were");
  write_text(folder.path() / "train/dog/g.avif", "....ftypavif, as it were");
  write_text(folder.path() / "train/dog/h.heic", "....ftypheic, as it were");
  write_text(folder.path() / "readme.txt", "these are cats and dogs");
  write_text(folder.path() / "train/.hidden", "left alone");
  const auto found = check(folder.path().string());
  EXPECT_TRUE(found.good());
  EXPECT_EQ(found.sets[0].images, 6) << "a PNG with the extension .jpg is read";
  std::vector<std::string> reasons;
  for (const auto& file : found.odd_files) reasons.push_back(file.reason);
  EXPECT_THAT(reasons,
              ElementsAre("not a picture; it is not read", "a PNG picture with the extension .jpg",
                          "a PNG picture, not read because its name does not end in .png",
                          "a GIF picture, which temper does not read",
                          "an AVIF picture, which temper does not read",
                          "a HEIF picture, which temper does not read"));
}

TEST(Check, NamesWhatIsNotRead) {
  const TemporaryFolder folder;
  write_set(folder.path());
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  write_picture(at("extra/1.png"), noise(9, 9, 3, 20));
  write_picture(at("extra/2.png"), noise(9, 9, 3, 21));
  write_picture(at("train/loose.png"), noise(9, 9, 3, 22));
  write_picture(at("train/cat/@eaDir/1.png"), noise(9, 9, 3, 23));
  write_text(at("labels.csv"), "path,label\n");
  const auto found = check(folder.path().string());
  EXPECT_TRUE(found.good());
  EXPECT_EQ(found.sets[0].images, 5);
  std::vector<std::string> odd;
  for (const auto& file : found.odd_files) odd.push_back(file.path + ": " + file.reason);
  EXPECT_THAT(
      odd, ElementsAre(at("extra") + ": 2 files, not read: beside the sets train, val",
                       at("labels.csv") + ": not read: the class folders are read instead",
                       at("train/cat/@eaDir") + ": 1 file, not read: a folder that a system makes, "
                                                "for thumbnails, deleted files and the like",
                       at("train/loose.png") + ": not read: in no class folder"));
  const auto text = to_text(found);
  EXPECT_THAT(text, HasSubstr("5 files are not read: 2 in " + at("extra")));
  EXPECT_THAT(text, HasSubstr("good: every picture of the sets can be read"));
  EXPECT_EQ(to_json(found)["unread"], found.unread);
}

TEST(Check, NamesWhatIsNotReadBesideATable) {
  const TemporaryFolder folder;
  for (const auto* name : {"1.png", "2.png", "3.png"})
    write_picture(folder.path() / name, noise(9, 9, 3, static_cast<std::uint64_t>(name[0])));
  write_text(folder.path() / "train.csv", "path,label\n1.png,a\n2.png,b\n");
  const auto found = check(folder.path().string());
  EXPECT_TRUE(found.good());
  ASSERT_EQ(found.odd_files.size(), 1U) << "the table is read";
  EXPECT_EQ(found.odd_files[0].reason, "not read: not listed in train.csv");
}

TEST(Check, OfWhatCannotBeOpenedIsTheReason) {
  const TemporaryFolder folder;
  write_picture(folder.path() / "cat/a.bin", noise(9, 9, 3, 1));
  fs::create_directories(folder.path() / "dog");
  const auto found = check(folder.path().string());
  EXPECT_FALSE(found.good());
  EXPECT_THAT(found.error, HasSubstr("no pictures"));
  EXPECT_EQ(found.where, Where{.file = folder.path().string()});
  EXPECT_EQ(to_json(found)["where"], nlohmann::ordered_json({{"file", found.where.file}}));
  ASSERT_EQ(found.odd_files.size(), 1U);
  EXPECT_THAT(to_text(found), HasSubstr("a PNG picture, not read because its name"));
}

TEST(Check, SaysInWhichLineATableIsWrong) {
  const TemporaryFolder folder;
  const auto table = folder.path() / "table.csv";
  write_text(table, "path,label\na.png,cat\n,dog\n");
  const auto json = to_json(check(table.string()));
  EXPECT_EQ(json["error"], table.string() + ":3: no path");
  EXPECT_EQ(json["where"], nlohmann::ordered_json({{"file", table.string()}, {"line", 3}}));
}

TEST(Check, TakesSetsThatAreOpen) {
  const auto source = std::make_shared<NoiseSource>(21, 4);
  const auto found = check({.train = source}, "noise");
  EXPECT_EQ(found.sets[0].unlabelled, 3);
  ASSERT_EQ(found.sets[0].bad.size(), 1U);
  EXPECT_EQ(found.sets[0].bad[0].reason, "the disk is upset");
  EXPECT_THAT(to_text(found), HasSubstr("21 pictures, 3 of them without a label, 6 per class"));
}

}  // namespace
}  // namespace temper::data
