#include "temper/data/sources/concat_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/data/sources/subset.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class SeveralSources : public ::testing::Test {
 protected:
  void add(const std::string& name, std::uint64_t seed) {
    write_picture(root.path() / name, noise(4, 4, 3, seed));
  }
  std::string at(const std::string& name) { return (root.path() / name).string(); }
  TemporaryFolder root;
};

TEST_F(SeveralSources, AreJoinedByTheNamesOfTheirClasses) {
  add("one/train/cat/1.png", 1);
  add("one/train/dog/2.png", 2);
  add("one/val/dog/3.png", 3);
  add("two/ant/4.png", 4);
  add("two/dog/5.png", 5);
  add("two/dog/6.png", 6);
  const auto sets = open_several({{at("one"), 1}, {at("two"), 0.5}});
  EXPECT_EQ(sets.train->classes(), (std::vector<std::string>{"ant", "cat", "dog"}));
  EXPECT_EQ(sets.train->size(), 5);
  std::vector<std::int64_t> labels;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < 5; ++i) {
    labels.push_back(sets.train->label(i));
    weights.push_back(sets.train->weight(i));
  }
  EXPECT_EQ(labels, (std::vector<std::int64_t>{1, 2, 0, 2, 2}));
  EXPECT_EQ(weights, (std::vector<double>{1, 1, 0.5, 0.5, 0.5}));
  EXPECT_EQ(sets.train->image(2), noise(4, 4, 3, 4));
  EXPECT_EQ(sets.train->where(4), at("two/dog/6.png"));
  EXPECT_EQ(Subset(sets.train, {4, 0}).weight(0), 0.5);
  ASSERT_NE(sets.validation, nullptr);
  EXPECT_EQ(sets.validation->size(), 1);
  EXPECT_EQ(sets.validation->label(0), 2);
  EXPECT_EQ(sets.validation->weight(0), 1);
  EXPECT_EQ(sets.test, nullptr);
  EXPECT_EQ(sets.height, 4);
}

TEST_F(SeveralSources, DigestFollowsWeightsAndOrder) {
  add("one/a/1.png", 1);
  add("one/b/2.png", 2);
  add("two/a/4.png", 4);
  add("two/b/5.png", 5);
  const auto digest = [&](const std::vector<WeightedPath>& sources) {
    return open_several(sources).train->digest();
  };
  const auto first = digest({{at("one"), 1}, {at("two"), 1}});
  EXPECT_EQ(digest({{at("one"), 1}, {at("two"), 1}}), first);
  EXPECT_NE(digest({{at("one"), 1}, {at("two"), 2}}), first);
  EXPECT_NE(digest({{at("one"), 1}, {at("one"), 1}}), first);
}

TEST_F(SeveralSources, ThatDoNotFitAreNamed) {
  add("one/a/1.png", 1);
  add("one/b/2.png", 2);
  EXPECT_THAT(message_of(Code::usage, [&] { open_several({{at("one"), 0}}); }),
              HasSubstr("weight = 0 of \""));
  EXPECT_THAT(message_of(Code::usage, [] { open_several({}); }), HasSubstr("no source"));
  EXPECT_THAT(message_of(Code::data, [&] { open_several({{at("one"), 1}, {at("none"), 1}}); }),
              HasSubstr("no such file or folder"));
  write_bytes(root.path() / "idx/train-images-idx3-ubyte", "\0\0\10\3\0\0\0\2\0\0\0\1\0\0\0\1\1\2",
              18);
  write_bytes(root.path() / "idx/train-labels-idx1-ubyte", "\0\0\10\1\0\0\0\2\0\1", 10);
  EXPECT_THAT(message_of(Code::data, [&] { open_several({{at("one"), 1}, {at("idx"), 1}}); }),
              AllOf(HasSubstr("one has 3 channels, "), HasSubstr("idx has 1")));
}

}  // namespace
}  // namespace temper::data
