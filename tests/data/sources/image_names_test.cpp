// The names by which tables about images refer to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/prepare/labels.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/concat_source.h"
#include "temper/data/sources/open.h"
#include "temper/data/sources/subset.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const Source& source) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < source.size(); ++i) all.push_back(source.name(i));
  return all;
}

TEST(ImageNames, OfFilesArePathsWithinTheSet) {
  const TemporaryFolder root;
  for (const auto* name : {"one/train/a/1.png", "one/train/b/x/2.png", "one/test/a/3.png"})
    write_picture(root.path() / name, noise(4, 4, 3, 1));
  const auto sets = open((root.path() / "one").string(), {});
  EXPECT_THAT(names(*sets.train), ElementsAre("a/1.png", "b/x/2.png"));
  std::filesystem::rename(root.path() / "one", root.path() / "two");
  EXPECT_EQ(names(*open((root.path() / "two").string(), {}).train), names(*sets.train));

  std::ofstream(root.path() / "list.csv") << "path,label\ntwo/train/a/1.png,a\n"
                                             "two/train/b/x/2.png,b\n";
  EXPECT_THAT(names(*open((root.path() / "list.csv").string(), {}).train),
              ElementsAre("two/train/a/1.png", "two/train/b/x/2.png"));

  const auto joined =
      open_several({{(root.path() / "two").string(), 1}, {(root.path() / "two").string(), 1}});
  EXPECT_THAT(names(*joined.train),
              ElementsAre("0:a/1.png", "0:b/x/2.png", "1:a/1.png", "1:b/x/2.png"));
}

TEST(ImageNames, SurviveSplitsAndOtherLabels) {
  ArraySource::Contents contents{
      .name = "noise", .classes = {"a", "b"}, .height = 1, .width = 1, .channels = 1};
  for (std::int64_t i = 0; i < 6; ++i) {
    contents.labels.push_back(i % 2);
    contents.pixels.push_back(static_cast<std::uint8_t>(i));
  }
  const auto source = std::make_shared<ArraySource>(std::move(contents));
  EXPECT_THAT(names(*source), ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_THAT(names(Subset(source, {4, 1})), ElementsAre("4", "1"));
  EXPECT_EQ(names(*replace_labels(source, 0.5, 1).source), names(*source));
}

TEST(ImageNames, OfASourceOfOnesOwnAreWhereItsImagesAre) {
  EXPECT_EQ(NoiseSource(3).name(2), "noise 2");
}

}  // namespace
}  // namespace temper::data
