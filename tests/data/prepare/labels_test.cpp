#include "temper/data/prepare/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "temper/core/random.h"
#include "temper/data/sources/array_source.h"
#include "tests/data/pictures.h"
#include "tests/support/refusal.h"

namespace temper::data {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const Source> source_of(const std::vector<std::int64_t>& labels,
                                        std::size_t classes) {
  return std::make_shared<ArraySource>(
      ArraySource::Contents{.name = "test",
                            .classes = std::vector<std::string>(classes, "c"),
                            .height = 1,
                            .width = 1,
                            .channels = 1,
                            .pixels = std::vector<std::uint8_t>(labels.size()),
                            .labels = labels});
}

/// A source in which class c has 20 (c + 1) images.
std::shared_ptr<const Source> stairs() {
  std::vector<std::int64_t> labels;
  for (std::int64_t c = 0; c < 5; ++c) labels.insert(labels.end(), 20 * (c + 1), c);
  return source_of(labels, 5);
}

std::vector<std::int64_t> labels_of(const Source& source) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < source.size(); ++i) labels.push_back(source.label(i));
  return labels;
}

TEST(WithClasses, FindsTheClassesByTheirNames) {
  const auto source =
      std::make_shared<ArraySource>(ArraySource::Contents{.name = "test",
                                                          .classes = {"dog", "cat"},
                                                          .height = 1,
                                                          .width = 1,
                                                          .channels = 1,
                                                          .pixels = std::vector<std::uint8_t>(4),
                                                          .labels = {0, 1, -1, 0}});
  const std::vector<std::string> classes{"ant", "cat", "dog"};
  const auto translated = with_classes(source, classes);
  EXPECT_EQ(translated->classes(), classes);
  EXPECT_EQ(labels_of(*translated), (std::vector<std::int64_t>{2, 1, -1, 2}));
  EXPECT_NE(translated->digest(), source->digest());
  EXPECT_EQ(with_classes(source, source->classes()), source);
  EXPECT_EQ(testing::refusal([&] { with_classes(source, {"ant", "cat", "dogs"}); }),
            "the data has a class that the network does not have: 'dog' (did you mean 'dogs'?); "
            "the network's classes are 'ant', 'cat', 'dogs'");
  EXPECT_EQ(testing::refusal([&] { with_classes(source, {"1", "2", "3", "4", "5", "6", "7"}); }),
            "the data has classes that the network does not have: 'dog', 'cat'; the network's "
            "classes are '1', '2', '3', '4', '5', ... (7)");
}

TEST(KeepLabels, KeepsTheShareOfEveryClassAndMoreForALargerShare) {
  const auto all = stairs();
  const auto tenth = keep_labels(all, 0.1, 1);
  const auto half = keep_labels(all, 0.5, 1);
  std::map<std::int64_t, std::int64_t> counts;
  for (std::int64_t i = 0; i < all->size(); ++i) {
    if (tenth->label(i) < 0) continue;
    ++counts[tenth->label(i)];
    EXPECT_EQ(tenth->label(i), all->label(i));
    EXPECT_EQ(half->label(i), all->label(i)) << "what a smaller share keeps";
  }
  EXPECT_EQ(counts,
            (std::map<std::int64_t, std::int64_t>{{0, 2}, {1, 4}, {2, 6}, {3, 8}, {4, 10}}));
  EXPECT_NE(tenth->digest(), all->digest());
  EXPECT_NE(labels_of(*tenth), labels_of(*keep_labels(all, 0.1, 2)));
  EXPECT_EQ(keep_labels(all, 1, 1), all);
}

TEST(KeepLabels, ALargerShareKeepsTheSameAndMoreWhateverTheSizesOfTheClasses) {
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    Random random(trial, Purpose::inspect);
    std::vector<std::int64_t> labels;
    for (std::int64_t c = 0; c < 7; ++c) labels.insert(labels.end(), 1 + random.below(40), c);
    labels.insert(labels.end(), random.below(5), -1);
    const auto all = source_of(labels, 7);
    const auto known = std::ssize(labels) - std::ranges::count(labels, -1);
    std::vector<std::int64_t> before(labels.size(), -1);
    for (std::int64_t count = 1; count <= known; ++count) {
      const auto share = static_cast<double>(count) / static_cast<double>(known);
      const auto kept = labels_of(*keep_labels(all, share, trial));
      for (std::size_t i = 0; i < kept.size(); ++i)
        if (before[i] >= 0) {
          ASSERT_EQ(kept[i], before[i]) << count << " of " << known;
        }
      EXPECT_GE(std::ssize(kept) - std::ranges::count(kept, -1), count);
      before = kept;
    }
    EXPECT_EQ(before, labels);
  }
}

TEST(KeepLabelCount, KeepsAsManyOfEveryClassAndMoreForALargerNumber) {
  const auto all = stairs();
  const auto few = keep_label_count(all, 10, 1);
  const auto many = keep_label_count(all, 50, 1);
  std::map<std::int64_t, std::int64_t> counts;
  for (std::int64_t i = 0; i < all->size(); ++i) {
    if (few->label(i) < 0) continue;
    ++counts[few->label(i)];
    EXPECT_EQ(few->label(i), all->label(i));
    EXPECT_EQ(many->label(i), all->label(i)) << "what a smaller number keeps";
  }
  EXPECT_EQ(counts, (std::map<std::int64_t, std::int64_t>{{0, 2}, {1, 2}, {2, 2}, {3, 2}, {4, 2}}));
  EXPECT_NE(labels_of(*few), labels_of(*keep_label_count(all, 10, 2)));
  EXPECT_EQ(keep_label_count(all, 0, 1), all);
}

TEST(KeepLabelCount, RefusesNumbersThatTheClassesDoNotAllow) {
  EXPECT_THAT(message_of(Code::usage, [] { (void)keep_label_count(stairs(), 7, 1); }),
              HasSubstr("data.labels = 7 for 5 classes; expected a multiple of 5"));
  EXPECT_THAT(message_of(Code::usage, [] { (void)keep_label_count(stairs(), 105, 1); }),
              HasSubstr("data.labels = 105 asks for 21 of each class, but class \"c\" has 20"));
}

TEST(UnlabelledImages, AreThoseWithoutALabelOrAllWithoutTheirLabels) {
  const auto few = keep_label_count(stairs(), 10, 1);
  const auto rest = unlabelled_images(few, false);
  const auto all = unlabelled_images(few, true);
  EXPECT_EQ(rest->size(), few->size() - 10);
  EXPECT_EQ(all->size(), few->size());
  for (const auto& set : {rest, all})
    for (const auto label : labels_of(*set)) EXPECT_EQ(label, -1);
  EXPECT_EQ(unlabelled_images(stairs(), false), nullptr);
}

TEST(KeepLabels, LeavesEveryClassOne) {
  const auto few = keep_labels(stairs(), 0.001, 1);
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto label : labels_of(*few)) ++counts[label];
  for (std::int64_t c = 0; c < 5; ++c) EXPECT_EQ(counts[c], 1);
  EXPECT_EQ(message_of(Code::usage, [] { keep_labels(stairs(), 0, 1); }),
            "data.labelled = 0; expected a fraction in (0, 1]");
}

TEST(ReplaceLabels, ReplacesExactlyTheShareBySomeOtherClassAlike) {
  std::vector<std::int64_t> labels(4000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 4);
  labels[5] = -1;
  const auto all = source_of(labels, 4);
  const auto noisy = replace_labels(all, 0.4, 1);
  EXPECT_EQ(noisy.replaced.size(), 1600U) << "of 3,999 labelled ones";
  std::map<std::int64_t, std::int64_t> steps;
  std::int64_t last = -1;
  auto expected = labels;
  for (const auto& [image, was, is] : noisy.replaced) {
    EXPECT_GT(image, last);
    last = image;
    EXPECT_EQ(was, labels[static_cast<std::size_t>(image)]);
    ++steps[(is - was + 4) % 4];
    expected[static_cast<std::size_t>(image)] = is;
  }
  EXPECT_EQ(labels_of(*noisy.source), expected);
  EXPECT_EQ(steps.size(), 3U);
  EXPECT_FALSE(steps.contains(0)) << "none keeps its label";
  for (const auto& [step, count] : steps) EXPECT_NEAR(static_cast<double>(count), 1600 / 3.0, 80);
}

TEST(ReplaceLabels, ALargerShareReplacesTheSameAndMore) {
  const auto all = stairs();
  const auto few = replace_labels(all, 0.2, 3).replaced;
  const auto more = replace_labels(all, 0.7, 3).replaced;
  EXPECT_EQ(few.size(), 60U);
  EXPECT_EQ(more.size(), 210U);
  for (const auto& one : few)
    EXPECT_NE(std::find(more.begin(), more.end(), one), more.end()) << one.image;
  EXPECT_EQ(replace_labels(all, 1, 3).replaced.size(), 300U);
  EXPECT_EQ(replace_labels(all, 0, 3).source, all);
  EXPECT_EQ(message_of(Code::usage, [] { replace_labels(source_of({0, 0}, 1), 0.5, 1); }),
            "data.label_noise = 0.5 with one class; it needs two or more classes");
}

}  // namespace
}  // namespace temper::data
