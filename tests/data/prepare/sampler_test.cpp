#include "temper/data/prepare/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "temper/data/loader/loader.h"
#include "temper/data/prepare/labels.h"
#include "temper/data/sources/array_source.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// Images of one pixel, in classes of those sizes, in that order.
std::shared_ptr<const Source> classes_of(const std::vector<std::int64_t>& sizes) {
  ArraySource::Contents contents{.name = "test", .height = 1, .width = 1, .channels = 1};
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    contents.classes.push_back("c" + std::to_string(c));
    contents.labels.insert(contents.labels.end(), sizes[c], static_cast<std::int64_t>(c));
  }
  contents.pixels.resize(contents.labels.size());
  return std::make_shared<ArraySource>(std::move(contents));
}

/// The same with weights: those of even rows, and of odd ones.
class Weighted : public RelabeledSource {
 public:
  Weighted(const std::shared_ptr<const Source>& base, double even, double odd)
      : RelabeledSource(base, Rows(static_cast<std::size_t>(base->size()), 0)),
        even_(even),
        odd_(odd) {}
  [[nodiscard]] double weight(std::int64_t i) const override { return i % 2 == 0 ? even_ : odd_; }

 private:
  double even_;
  double odd_;
};

std::map<std::int64_t, std::int64_t> counts_of(const Rows& rows) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto row : rows) ++counts[row];
  return counts;
}

std::map<std::int64_t, std::int64_t> classes_in(const Source& source, const Rows& rows) {
  std::map<std::int64_t, std::int64_t> counts;
  for (const auto row : rows) ++counts[source.label(row)];
  return counts;
}

Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(WeightedRows, ComeAsOftenAsTheyShouldRoundedDownOrUpAndRightInTheMean) {
  Random random(1, Purpose::inspect);
  const std::int64_t n = 60;
  std::vector<double> weights;
  Rows groups;
  for (std::int64_t i = 0; i < n; ++i) {
    weights.push_back(random.uniform(0, 3));
    groups.push_back(i % 3);
  }
  double sum = 0;
  for (const double weight : weights) sum += weight;
  std::vector<double> seen(static_cast<std::size_t>(n));
  constexpr int epochs = 3000;
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto rows = weighted_rows(weights, groups, 7, epoch);
    ASSERT_EQ(std::ssize(rows), n);
    auto counts = counts_of(rows);
    for (std::int64_t i = 0; i < n; ++i) {
      const double wanted = weights[static_cast<std::size_t>(i)] * static_cast<double>(n) / sum;
      const auto count = static_cast<double>(counts[i]);
      ASSERT_GT(count, wanted - 1 - 1e-9);
      ASSERT_LT(count, wanted + 1 + 1e-9);
      seen[static_cast<std::size_t>(i)] += count;
    }
  }
  // The mean of 3,000 counts, each one of two adjacent numbers, deviates by at most 0.01.
  for (std::int64_t i = 0; i < n; ++i)
    EXPECT_NEAR(seen[static_cast<std::size_t>(i)] / epochs,
                weights[static_cast<std::size_t>(i)] * static_cast<double>(n) / sum, 0.05);
}

TEST(WeightedRows, RefuseWeightsThatAreNone) {
  const auto refused = [](std::vector<double> weights) {
    return message_of(Code::usage, [&] { weighted_rows(weights, Rows(weights.size()), 1, 0); });
  };
  EXPECT_EQ(refused({1, -1}), "an image of weight -1; expected a finite number of 0 or more");
  EXPECT_EQ(refused({1, INFINITY}),
            "an image of weight inf; expected a finite number of 0 or more");
  EXPECT_EQ(refused({0, 0}),
            "the weights of 2 images add up to 0; expected a finite number above 0");
}

TEST(Shuffled, LeavesEqualWeightsToTheLoader) {
  EXPECT_FALSE(shuffled(*classes_of({3, 4}), 1));
  EXPECT_FALSE(shuffled(Weighted(classes_of({3, 4}), 2, 2), 1));
}

TEST(Shuffled, DrawsByTheSourcesWeights) {
  const Weighted source(classes_of({400}), 3, 1);
  const auto order = shuffled(source, 1);
  std::int64_t even = 0;
  for (const auto row : order(0)) even += row % 2 == 0 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(even), 300, 1);
  EXPECT_EQ(order(4), order(4));
  EXPECT_NE(order(4), order(5));
  EXPECT_NE(order(4), shuffled(source, 2)(4));
  EXPECT_FALSE(std::ranges::is_sorted(order(0)));
}

TEST(ClassBalanced, GivesEachClassItsShareOfEveryEpoch) {
  const auto source = classes_of({10, 90, 300});
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
    auto counts = classes_in(*source, class_balanced(*source, 0, 1)(epoch));
    for (std::int64_t c = 0; c < 3; ++c)
      EXPECT_NEAR(static_cast<double>(counts[c]), 400 / 3.0, 1) << "epoch " << epoch;
    counts = classes_in(*source, class_balanced(*source, 0.5, 1)(epoch));
    const double roots = std::sqrt(10) + std::sqrt(90) + std::sqrt(300);
    for (const auto& [label, size] : std::map<std::int64_t, double>{{0, 10}, {1, 90}, {2, 300}})
      EXPECT_NEAR(static_cast<double>(counts[label]), 400 * std::sqrt(size) / roots, 1.01);
    EXPECT_EQ(sorted(class_balanced(*source, 1, 1)(epoch)),
              sorted(Random(1, Purpose::shuffle).permutation(400)))
        << "as often as they are: every image once";
  }
}

TEST(ClassBalanced, LargeClassesTakeTurnsAndSmallOnesRepeat) {
  const auto source = classes_of({10, 390});
  const auto order = class_balanced(*source, 0, 1);
  std::set<std::int64_t> seen;
  for (std::int64_t epoch = 0; epoch < 12; ++epoch)
    for (const auto& [row, count] : counts_of(order(epoch))) {
      if (row < 10)
        EXPECT_NEAR(static_cast<double>(count), 20, 1);
      else
        EXPECT_EQ(count, 1);
      seen.insert(row);
    }
  EXPECT_GT(seen.size(), 390U);
}

TEST(ClassBalanced, NeedsLabels) {
  EXPECT_EQ(message_of(Code::usage, [] { class_balanced(NoiseSource(20), 0, 1); }),
            "noise 6: it has no label; class_balanced sampling needs one");
}

TEST(Repeated, ShowsEachImageSeveralTimesInARow) {
  const auto source = classes_of({100});
  const auto order = repeated(*source, 3, 1);
  for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
    const auto rows = order(epoch);
    ASSERT_EQ(rows.size(), 100U) << "an epoch keeps its length";
    for (std::size_t row = 0; row < rows.size(); ++row) EXPECT_EQ(rows[row], rows[row / 3 * 3]);
    EXPECT_EQ(counts_of(rows).size(), 34U) << "N / times different images, the last one once";
  }
  EXPECT_NE(order(0), order(1));
  EXPECT_EQ(message_of(Code::usage, [&] { repeated(*source, 1, 1); }),
            "repeated augmentation with 1 repetitions; expected 2 or more");
}

/// A random crop of the padded image, so that different draws give different pixels.
LoaderOptions loading(const Order& order, std::int64_t threads) {
  return {.views = {{augment::PadCrop{.padding = 8}}},
          .normalisation = {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
          .size = {20, 24},
          .batch = 6,
          .seed = 3,
          .threads = threads,
          .order = order};
}

/// Noise of one size, all of it labelled.
class SameSize : public NoiseSource {
 public:
  using NoiseSource::NoiseSource;
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return i % 3; }
  void read(std::int64_t i, io::Picture& into) const override {
    into.image() = noise(20, 24, 3, static_cast<std::uint64_t>(i));
  }
};

TEST(Sampler, RepeatsOfAnImageAreAugmentedEachInItsWay) {
  const auto source = std::make_shared<SameSize>(30);
  Loader loader(source, loading(repeated(*source, 3, 3), 1));
  loader.start(0);
  const auto* batch = loader.next();
  ASSERT_NE(batch, nullptr);
  for (std::int64_t row = 0; row < 6; ++row) {
    EXPECT_EQ(batch->ids[row].item<std::int64_t>(), batch->ids[row / 3 * 3].item<std::int64_t>());
    EXPECT_EQ(batch->repeats[row].item<std::int64_t>(), row % 3);
    if (row % 3 == 0) continue;
    EXPECT_FALSE(batch->views[0][row].equal(batch->views[0][row - 1])) << "row " << row;
  }
}

TEST(Sampler, TheFirstTimeAnImageComesItsDrawsAreThoseOfAnyOrder) {
  const auto source = std::make_shared<SameSize>(30);
  Loader own(source, loading({}, 1));
  Loader repeating(source, loading(repeated(*source, 3, 3), 1));
  own.start(2);
  repeating.start(2);
  std::map<std::int64_t, at::Tensor> images;
  while (const auto* batch = own.next())
    for (std::int64_t row = 0; row < 6; ++row)
      images[batch->ids[row].item<std::int64_t>()] = batch->views[0][row].clone();
  while (const auto* batch = repeating.next())
    for (std::int64_t row = 0; row < 6; row += 3)
      EXPECT_TRUE(batch->views[0][row].equal(images.at(batch->ids[row].item<std::int64_t>())));
}

TEST(Sampler, AnyNumberOfThreadsAndAnyStopGivesTheSameBatches) {
  const auto source = std::make_shared<SameSize>(64);
  for (const auto& order : {class_balanced(*source, 0, 3), repeated(*source, 4, 3)}) {
    Loader one(source, loading(order, 1));
    one.start(1);
    std::vector<at::Tensor> images;
    std::vector<at::Tensor> ids;
    while (const auto* batch = one.next()) {
      images.push_back(batch->views[0].clone());
      ids.push_back(batch->ids.clone());
    }
    ASSERT_EQ(images.size(), 10U);
    for (const std::int64_t threads : {0, 2, 8}) {
      Loader other(source, loading(order, threads));
      other.start(1, 4);
      for (std::size_t k = 4; k < images.size(); ++k) {
        const auto* batch = other.next();
        ASSERT_NE(batch, nullptr);
        EXPECT_TRUE(batch->ids.equal(ids[k])) << threads << " threads, batch " << k;
        EXPECT_TRUE(batch->views[0].equal(images[k])) << threads << " threads, batch " << k;
      }
    }
  }
}

TEST(Continued, CutsOnePassAfterTheOtherIntoEpochs) {
  const auto passes = permuted(5, 3);
  const auto order = continued(passes, 5, 7);
  Rows stream;
  for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
    const auto rows = order(epoch);
    EXPECT_EQ(rows.size(), 7U);
    EXPECT_EQ(rows, order(epoch)) << "a function of the epoch alone";
    stream.insert(stream.end(), rows.begin(), rows.end());
  }
  Rows expected;
  for (std::int64_t pass = 0; pass < 7; ++pass)
    for (const auto row : passes(pass)) expected.push_back(row);
  EXPECT_EQ(stream, expected);
}

TEST(Permuted, IsTheOrderThatALoaderShufflesBy) {
  LoaderOptions options{.normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
                        .size = {12, 12},
                        .batch = 9,
                        .seed = 6,
                        .threads = 0};
  options.views = {{augment::Resize{.sides = augment::ResizedSides::both}}};
  Loader loader(std::make_shared<NoiseSource>(9), options);
  for (const std::int64_t epoch : {0, 1, 8}) {
    loader.start(epoch);
    const auto ids = loader.next()->ids;
    EXPECT_EQ(Rows(ids.const_data_ptr<std::int64_t>(), ids.const_data_ptr<std::int64_t>() + 9),
              permuted(9, 6)(epoch));
  }
}

TEST(Continued, MakesEpochsOfOtherLengthsOfALoader) {
  const auto source = std::make_shared<NoiseSource>(5);
  LoaderOptions options{.normalisation = {{0.4, 0.5, 0.6}, {0.2, 0.25, 0.3}},
                        .size = {12, 12},
                        .batch = 4,
                        .threads = 2,
                        .rows = 12,
                        .order = continued(permuted(5, 1), 5, 12)};
  options.views = {{augment::Resize{.sides = augment::ResizedSides::both}}};
  Loader loader(source, options);
  EXPECT_EQ(loader.batches(), 3);
  Rows seen;
  for (std::int64_t epoch = 0; epoch < 5; ++epoch) {
    loader.start(epoch);
    std::set<std::pair<std::int64_t, std::int64_t>> addresses;
    while (const auto* batch = loader.next())
      for (std::int64_t i = 0; i < 4; ++i) {
        const auto id = batch->ids[i].item<std::int64_t>();
        seen.push_back(id);
        addresses.emplace(id, batch->repeats[i].item<std::int64_t>());
      }
    EXPECT_EQ(addresses.size(), 12U) << "each row draws from an address of its own";
  }
  for (std::int64_t id = 0; id < 5; ++id) EXPECT_EQ(std::ranges::count(seen, id), 12);
}

}  // namespace
}  // namespace temper::data
