#include "temper/data/sources/data_digest.h"

#include <gtest/gtest.h>

#include <memory>

#include "temper/data/prepare/labels.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/concat_source.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/subset.h"
#include "temper/data/sources/values.h"
#include "temper/data/tools/check.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

namespace fs = std::filesystem;

/// Two classes of two images, whose files have the same size.
class Contents : public ::testing::Test {
 protected:
  Contents() {
    std::uint64_t seed = 0;
    for (const auto* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"})
      write_picture(root.path() / name, noise(12, 12, 3, ++seed));
  }

  void swap_two() const {
    const auto first = root.path() / "a/1.png";
    const auto second = root.path() / "a/2.png";
    ASSERT_EQ(fs::file_size(first), fs::file_size(second));
    fs::rename(first, root.path() / "aside");
    fs::rename(second, first);
    fs::rename(root.path() / "aside", second);
  }

  [[nodiscard]] DataDigest digest(const FileOptions& options = {}) const {
    return digest_of(open(root.path().string(), options));
  }

  TemporaryFolder root;
};

TEST_F(Contents, OfTwoFilesOfOneSizeThatChangePlacesDiffer) {
  const auto before = digest();
  EXPECT_FALSE(before.contents.empty());
  EXPECT_EQ(digest().contents, before.contents);
  swap_two();
  EXPECT_EQ(digest().names, before.names);
  EXPECT_NE(digest().contents, before.contents);
}

TEST_F(Contents, OutOfMemoryAreReadWhereAsked) {
  const auto before = digest();
  EXPECT_EQ(digest({.memory = 0}).names, before.names);
  EXPECT_EQ(digest({.memory = 0}).contents, "");
  EXPECT_EQ(digest({.memory = 0, .hash_contents = true}).contents, before.contents);
  EXPECT_EQ(digest({.decode = io::Decode::fast}).contents, before.contents);
  EXPECT_EQ(digest({.exif_orientation = true}).contents, before.contents);
}

TEST_F(Contents, AreTheSameInACheck) {
  write_bytes(root.path() / "b/3.png", "this is no picture", 18);
  auto cut = io::encode_png(noise(12, 12, 3, 9));
  write_bytes(root.path() / "b/4.png", cut.data(), cut.size() / 2);
  const auto run = digest({.keep_bad = true});
  const auto path = root.path().string();
  const auto found = check(path, {.digest = true});
  ASSERT_TRUE(found.digest);
  EXPECT_EQ(found.digest->names, run.names);
  EXPECT_EQ(found.digest->contents, run.contents);
  EXPECT_FALSE(run.contents.empty());
  EXPECT_FALSE(check(path).digest);
  EXPECT_NE(to_text(found).find(run.contents), std::string::npos);
}

TEST_F(Contents, OfSeveralSourcesAndPartsAreThoseOfTheirImages) {
  const auto path = root.path().string();
  const auto one = open(path).train;
  const auto twice = open_several({{path, 1}, {path, 2}}).train;
  EXPECT_EQ(twice->content(1), one->content(1));
  EXPECT_EQ(twice->content(6), one->content(2));
  EXPECT_EQ(Subset(one, {3, 1}).content(0), one->content(3));
  EXPECT_EQ(RelabeledSource(one, {1, 1, 0, 0}).content(2), one->content(2));
}

TEST(ContentsDigest, OfAnArrayIsOfItsPixels) {
  const auto array = [](std::vector<std::uint8_t> pixels) {
    return std::make_shared<ArraySource>(ArraySource::Contents{.name = "array",
                                                               .classes = {},
                                                               .height = 1,
                                                               .width = 2,
                                                               .channels = 1,
                                                               .pixels = std::move(pixels),
                                                               .labels = {-1, -1}});
  };
  const auto source = array({1, 2, 3, 4});
  EXPECT_NE(source->content(0), source->content(1));
  EXPECT_EQ(source->content(1), array({0, 0, 3, 4})->content(1));
  EXPECT_EQ(RegressionSource(source, {"x"}, {1, 2}).content(1), source->content(1));
  EXPECT_NE(digest_of({.train = source}).contents,
            digest_of({.train = source, .test = source}).contents);
}

TEST(ContentsDigest, OfAnUnknownSourceIsEmpty) {
  const auto source = std::make_shared<NoiseSource>(3);
  EXPECT_EQ(digest_of({.train = source, .test = source}).names, "noise:noise");
  EXPECT_EQ(digest_of({.train = source}).contents, "");
}

}  // namespace
}  // namespace temper::data
