#include "temper/data/prepare/split.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "temper/data/prepare/normalisation.h"
#include "temper/data/prepare/prepare.h"
#include "temper/data/sources/array_source.h"
#include "temper/data/sources/subset.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

ArraySource labelled(const std::vector<std::int64_t>& labels, std::size_t classes) {
  std::vector<std::uint8_t> pixels(labels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  return ArraySource({.name = "test",
                      .classes = std::vector<std::string>(classes, "c"),
                      .height = 1,
                      .width = 1,
                      .channels = 1,
                      .pixels = pixels,
                      .labels = labels});
}

std::map<std::int64_t, std::int64_t> per_class(const Source& source,
                                               const std::vector<std::int64_t>& rows) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto row : rows) ++counts[source.label(row)];
  return counts;
}

TEST(StratifiedSplit, TakesExactlyTheShareOfEveryClass) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 1000; ++i) labels.push_back(i % 10);
  const auto source = labelled(labels, 10);
  const auto split = stratified_split(source, 0.1, 1);
  EXPECT_EQ(split.validation.size(), 100U);
  for (const auto& [label, count] : per_class(source, split.validation)) EXPECT_EQ(count, 10);

  std::set<std::int64_t> all(split.train.begin(), split.train.end());
  all.insert(split.validation.begin(), split.validation.end());
  EXPECT_EQ(all.size(), 1000U);
  EXPECT_EQ(split.train.size(), 900U);
}

TEST(StratifiedSplit, UnevenClassesAreWithinOneImageAndTheTotalIsExact) {
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Random random(trial, Purpose::inspect);
    std::vector<std::int64_t> labels;
    for (std::int64_t c = 0; c < 5; ++c) labels.insert(labels.end(), 2 + random.below(60), c);
    const auto source = labelled(labels, 5);
    const double fraction = random.uniform(0.05, 0.5);
    const auto split = stratified_split(source, fraction, trial);
    const auto all = per_class(source, random_rows(source.size(), source.size(), 0));
    auto validation = per_class(source, split.validation);
    for (const auto& [label, count] : all)
      EXPECT_LT(
          std::abs(static_cast<double>(validation[label]) - fraction * static_cast<double>(count)),
          1 + 1e-9);
    EXPECT_EQ(std::ssize(split.validation),
              std::llround(fraction * static_cast<double>(labels.size())));
  }
}

TEST(StratifiedSplit, LeavesEveryClassAnImageAndTheUnlabelledInTraining) {
  const auto source = labelled({0, 1, 1, 2, 2, 2, -1, -1, -1, -1}, 3);
  const auto split = stratified_split(source, 0.9, 1);
  auto train = per_class(source, split.train);
  EXPECT_EQ(train, (std::map<std::int64_t, std::int64_t>{{-1, 4}, {0, 1}, {1, 1}, {2, 1}}));
}

TEST(StratifiedSplit, DependsOnTheSeedAndIsTheSameAgain) {
  std::vector<std::int64_t> labels(200);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 4);
  const auto source = labelled(labels, 4);
  EXPECT_EQ(stratified_split(source, 0.2, 1).validation,
            stratified_split(source, 0.2, 1).validation);
  EXPECT_NE(stratified_split(source, 0.2, 1).validation,
            stratified_split(source, 0.2, 2).validation);
}

TEST(FoldSplit, PartsTheImagesAndKeepsClassesAlike) {
  for (std::uint64_t trial = 0; trial < 50; ++trial) {
    Random random(trial, Purpose::inspect);
    std::vector<std::int64_t> labels(3, -1);
    for (std::int64_t c = 0; c < 5; ++c) labels.insert(labels.end(), 2 + random.below(40), c);
    const auto source = labelled(labels, 5);
    const auto all = per_class(source, random_rows(source.size(), source.size(), 0));
    const auto folds = static_cast<std::int64_t>(2 + random.below(4));
    std::set<std::int64_t> seen;
    std::set<std::size_t> sizes;
    for (std::int64_t fold = 0; fold < folds; ++fold) {
      const auto split = fold_split(source, folds, fold, trial);
      EXPECT_EQ(std::ssize(split.train) + std::ssize(split.validation), source.size());
      for (const auto row : split.validation) EXPECT_TRUE(seen.insert(row).second) << "twice";
      sizes.insert(split.validation.size());
      auto held_out = per_class(source, split.validation);
      for (const auto& [label, count] : all) {
        const auto low = label < 0 ? 0 : count / folds;
        EXPECT_GE(held_out[label], low);
        EXPECT_LE(held_out[label], label < 0 ? 0 : low + 1);
      }
    }
    EXPECT_EQ(std::ssize(seen), source.size() - 3) << "the unlabelled stay in training";
    EXPECT_LE(*sizes.rbegin() - *sizes.begin(), 1U);
  }
}

TEST(FoldSplit, RefusesWhatIsNoFold) {
  const auto source = labelled({0, 0, 1, 1, 2}, 3);
  EXPECT_EQ(
      message_of(Code::usage, [&] { fold_split(source, 3, 3, 1); }),
      "data.folds = 3 and data.fold = 3; expected 2 folds or more, and one of 0 to folds - 1");
  EXPECT_EQ(message_of(Code::data, [&] { fold_split(source, 9, 8, 1); }),
            "data.folds = 9: fold 8 has no image, as there are only 4 images to divide into folds; "
            "lower data.folds");
  EXPECT_EQ(fold_split(source, 4, 0, 1).validation, fold_split(source, 4, 0, 1).validation);
}

TEST(RandomRows, ASmallerChoiceIsPartOfALargerOne) {
  const auto few = random_rows(500, 20, 3);
  const auto more = random_rows(500, 100, 3);
  EXPECT_EQ(few.size(), 20U);
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  EXPECT_EQ(random_rows(5, 100, 3), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(Prepare, CarvesValidationBeforeItLimitsTraining) {
  std::vector<std::int64_t> labels(100);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 2);
  const Dataset all{.train = std::make_shared<ArraySource>(labelled(labels, 2))};
  const auto whole = prepare(all, {.validation = 0.2}, 1).sets;
  const auto limited = prepare(all, {.validation = 0.2, .limit = 10}, 1).sets;
  EXPECT_EQ(whole.train->size(), 80);
  EXPECT_EQ(limited.train->size(), 10);
  EXPECT_EQ(whole.validation->digest(), limited.validation->digest());
  std::set<std::string> held_out;
  for (std::int64_t i = 0; i < 20; ++i) held_out.insert(whole.validation->where(i));
  for (std::int64_t i = 0; i < 10; ++i) EXPECT_FALSE(held_out.contains(limited.train->where(i)));
  EXPECT_EQ(prepare(all, {}, 1).sets.validation, nullptr);
  EXPECT_EQ(prepare(all, {}, 1).sets.train, all.train);
}

TEST(Prepare, HoldsOutTheSameImagesForAllSeedsWithOneSplitSeed) {
  std::vector<std::int64_t> labels(100);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 2);
  const Dataset all{.train = std::make_shared<ArraySource>(labelled(labels, 2))};
  const auto held_out = [&](const Preparation& options, std::uint64_t seed) {
    return prepare(all, options, seed).sets.validation->digest();
  };
  EXPECT_EQ(held_out({.validation = 0.2, .split_seed = 5}, 1), held_out({.validation = 0.2}, 5));
  EXPECT_EQ(held_out({.validation = 0.2, .split_seed = 5}, 1),
            held_out({.validation = 0.2, .split_seed = 5}, 2));
  EXPECT_NE(held_out({.validation = 0.2}, 1), held_out({.validation = 0.2}, 2));
  EXPECT_EQ(held_out({.split_seed = 5, .folds = 4}, 1), held_out({.folds = 4}, 5));
}

TEST(Prepare, KeepsTheValidationSetThatTheDataBrings) {
  const auto source = std::make_shared<ArraySource>(labelled({0, 1, 0, 1}, 2));
  const auto own = std::make_shared<ArraySource>(labelled({0, 1}, 2));
  const auto sets = prepare({.train = source, .validation = own}, {.validation = 0.5}, 1).sets;
  EXPECT_EQ(sets.validation, own);
  EXPECT_EQ(sets.train, source);
  EXPECT_EQ(message_of(Code::usage,
                       [&] { prepare({.train = source, .validation = own}, {.folds = 2}, 1); }),
            "data.folds = 2 for data with a validation set of its own; remove data.folds, or set "
            "data.source to the training set alone");
}

TEST(Prepare, LeavesOutWhatHasNoLabelAndSaysSo) {
  std::vector<std::int64_t> labels(100);
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = i % 4 == 3 ? -1 : static_cast<std::int64_t>(i % 2);
  const Dataset all{.train = std::make_shared<ArraySource>(labelled(labels, 2)),
                    .validation = std::make_shared<ArraySource>(labelled({0, -1, 1}, 2)),
                    .test = std::make_shared<ArraySource>(labelled({-1, -1}, 2))};
  const auto prepared = prepare(all, {}, 1);
  EXPECT_EQ(prepared.sets.train->size(), 75);
  EXPECT_EQ(prepared.sets.validation->size(), 2);
  EXPECT_EQ(prepared.sets.test, nullptr);
  EXPECT_EQ(prepared.notes,
            (std::vector<std::string>{
                "25 of the 100 training images have no label and are left out",
                "1 of the 3 validation images have no label and are left out",
                "2 of the 2 test images have no label and are left out, so that there is no such "
                "set"}));
  const Dataset none{.train = std::make_shared<ArraySource>(labelled({-1, -1}, 2))};
  EXPECT_EQ(message_of(Code::data, [&] { prepare(none, {}, 1); }),
            "test, image 0: no training image has a label; a classifier needs labeled images");
}

TEST(Prepare, DropsAndReplacesTrainingLabelsOnly) {
  std::vector<std::int64_t> labels(1000);
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i % 4);
  const Dataset all{.train = std::make_shared<ArraySource>(labelled(labels, 4))};
  const auto plain = prepare(all, {.validation = 0.2}, 1);
  const auto some = prepare(all, {.validation = 0.2, .labelled = 0.25, .label_noise = 0.5}, 1);
  EXPECT_EQ(some.sets.validation->digest(), plain.sets.validation->digest());
  EXPECT_EQ(some.sets.train->size(), 200);
  EXPECT_EQ(some.replaced.size(), 100U);
  for (const auto& [image, was, is] : some.replaced) {
    EXPECT_NE(was, is);
    EXPECT_EQ(some.sets.train->label(image), is);
    const auto where = some.sets.train->where(image);
    EXPECT_EQ(was, std::stoi(where.substr(where.rfind(' '))) % 4) << where;
  }
}

TEST(Prepare, SaysWhenAShareIsNoImage) {
  const Dataset few{.train = std::make_shared<ArraySource>(labelled({0, 1, 0, 1}, 2))};
  EXPECT_EQ(message_of(Code::usage, [&] { prepare(few, {.validation = 0.1}, 1); }),
            "data.validation = 0.1 of 4 training images is less than one image; use a larger "
            "fraction, or 0 for no validation set");
  const auto reason = [](const std::vector<std::int64_t>& labels, double fraction) {
    const Dataset one{.train = std::make_shared<ArraySource>(labelled(labels, 4))};
    return message_of(Code::usage, [&] { prepare(one, {.validation = fraction}, 1); });
  };
  EXPECT_EQ(reason({0, 1, -1, -1}, 0.2),
            "data.validation = 0.2 of 2 training images with a label is less than one image; use a "
            "larger fraction, or 0 for no validation set");
  EXPECT_EQ(reason({0, 1, 2, 3}, 0.2),
            "data.validation = 0.2 of 4 training images: no class has two, and the only one stays "
            "in training; use 0 for no validation set");
  const Dataset none{.train = std::make_shared<ArraySource>(labelled({-1, -1}, 2))};
  EXPECT_EQ(message_of(Code::data, [&] { prepare(none, {.validation = 0.1}, 1); }),
            "test, image 0: no training image has a label; a classifier needs labeled images");
}

TEST(Subset, DigestsTellSourcesApart) {
  const auto source = std::make_shared<ArraySource>(labelled({0, 1, 0, 1}, 2));
  EXPECT_EQ(source->digest(), labelled({0, 1, 0, 1}, 2).digest());
  EXPECT_NE(source->digest(), labelled({0, 1, 1, 1}, 2).digest());
  EXPECT_NE(Subset(source, {0, 1}).digest(), Subset(source, {0, 2}).digest());
}

TEST(ArraySource, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(message_of(Code::data, [] { labelled({0, 2}, 2); }),
            "test, image 1: label 2; expected 0 to 1");
  EXPECT_EQ(message_of(Code::data,
                       [] {
                         ArraySource({.name = "short",
                                      .classes = {"a"},
                                      .height = 2,
                                      .width = 2,
                                      .channels = 1,
                                      .pixels = std::vector<std::uint8_t>(7),
                                      .labels = {0, 0}});
                       }),
            "short: 2 labels for 7 bytes of images, 4 bytes each");
}

TEST(Normalisation, IsMeasuredPerChannel) {
  const ArraySource source({.name = "two",
                            .classes = {"a"},
                            .height = 1,
                            .width = 1,
                            .channels = 3,
                            .pixels = {0, 51, 255, 255, 51, 0},
                            .labels = {0, 0}});
  const auto measured = measure_normalisation(source);
  EXPECT_DOUBLE_EQ(measured.mean[0], 0.5);
  EXPECT_DOUBLE_EQ(measured.std[0], 0.5);
  EXPECT_DOUBLE_EQ(measured.mean[1], 0.2);
  EXPECT_GT(measured.std[1], 0);  // a constant channel has standard deviation 0
  EXPECT_DOUBLE_EQ(measured.mean[2], 0.5);
}

}  // namespace
}  // namespace temper::data
