// Images that can't be read: training continues without them, reproducibly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "temper/data/loader/loader.h"
#include "temper/data/prepare/normalisation.h"
#include "temper/data/prepare/readable.h"
#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using ::testing::HasSubstr;

/// Noise images of one size; every fifth one is damaged, or all are.
class Damaged : public NoiseSource {
 public:
  explicit Damaged(std::int64_t size, std::int64_t every = 5) : NoiseSource(size), every_(every) {}
  [[nodiscard]] bool bad(std::int64_t i) const { return i % every_ == every_ - 1; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return i % 3; }
  void read(std::int64_t i, io::Picture& into) const override {
    if (bad(i)) throw Error(Code::data, "cut short\nby a mouse");
    into.image() = noise(20, 24, 3, static_cast<std::uint64_t>(i));
  }

 private:
  std::int64_t every_;
};

LoaderOptions loading(std::int64_t threads) {
  return {.views = {{augment::PadCrop{.padding = 8}}},
          .normalisation = {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}},
          .size = {20, 24},
          .batch = 8,
          .seed = 3,
          .threads = threads,
          .skip_bad = true};
}

struct Epoch {
  std::vector<at::Tensor> images;
  std::vector<at::Tensor> ids;
  std::vector<at::Tensor> labels;
  std::vector<std::vector<Skipped>> skipped;
};

Epoch epoch_of(const std::shared_ptr<const Source>& source, std::int64_t threads,
               std::int64_t first = 0) {
  Loader loader(source, loading(threads));
  loader.start(1, first);
  Epoch epoch;
  while (const auto* batch = loader.next()) {
    epoch.images.push_back(batch->views[0].clone());
    epoch.ids.push_back(batch->ids.clone());
    epoch.labels.push_back(batch->labels.clone());
    epoch.skipped.push_back(batch->skipped);
  }
  return epoch;
}

TEST(BadImage, AnotherTakesItsPlaceAndIsTold) {
  const auto source = std::make_shared<Damaged>(80);
  const auto epoch = epoch_of(source, 1);
  ASSERT_EQ(epoch.ids.size(), 10U);
  std::set<std::int64_t> told;
  std::int64_t replaced = 0;
  const auto order = Random(3, Purpose::shuffle, {1}).permutation(80);
  for (std::size_t b = 0; b < 10; ++b) {
    std::int64_t last_row = -1;
    for (const auto& skipped : epoch.skipped[b]) {
      EXPECT_TRUE(source->bad(skipped.id));
      EXPECT_EQ(skipped.reason, "cut short by a mouse");
      EXPECT_GE(skipped.row, last_row);
      last_row = skipped.row;
      told.insert(skipped.id);
    }
    for (std::int64_t row = 0; row < 8; ++row) {
      const auto id = epoch.ids[b][row].item<std::int64_t>();
      EXPECT_FALSE(source->bad(id));
      EXPECT_EQ(epoch.labels[b][row].item<std::int64_t>(), source->label(id));
      const auto wanted = order[b * 8 + static_cast<std::size_t>(row)];
      if (source->bad(wanted))
        ++replaced;
      else
        EXPECT_EQ(id, wanted) << "a good image stays";
    }
  }
  EXPECT_EQ(replaced, 16);
  EXPECT_EQ(told.size(), 16U) << "every bad one";
}

TEST(BadImage, WhatTakesItsPlaceDependsOnNoThreadAndNoStop) {
  const auto source = std::make_shared<Damaged>(80, 3);
  const auto one = epoch_of(source, 1);
  for (const std::int64_t threads : {0, 2, 8})
    for (const std::size_t first : {0U, 7U}) {
      const auto other = epoch_of(source, threads, static_cast<std::int64_t>(first));
      ASSERT_EQ(other.ids.size(), 10 - first);
      for (std::size_t b = first; b < 10; ++b) {
        EXPECT_TRUE(other.ids[b - first].equal(one.ids[b]));
        EXPECT_TRUE(other.images[b - first].equal(one.images[b]));
        EXPECT_EQ(other.skipped[b - first], one.skipped[b]);
      }
    }
}

TEST(BadImage, WhereNoneIsGoodTheFirstErrorComesOut) {
  const auto source = std::make_shared<Damaged>(80, 1);
  Loader loader(source, loading(2));
  loader.start(0);
  const auto first = Random(3, Purpose::shuffle, {0}).permutation(80).front();
  EXPECT_EQ(message_of(Code::data, [&] { loader.next(); }),
            source->where(first) + ": cut short\nby a mouse");
}

TEST(BadImage, IsNamedByItsErrorAsData) {
  auto options = loading(1);
  options.shuffle = false;
  options.skip_bad = false;
  Loader loader(std::make_shared<Damaged>(80), options);
  loader.start(0);
  try {
    loader.next();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), Where{.image = "noise 4"});
    EXPECT_EQ(error.message(), "cut short\nby a mouse");
    EXPECT_STREQ(error.what(), "noise 4: cut short\nby a mouse");
  }
}

TEST(BadImage, StopsWithoutTheOption) {
  auto options = loading(1);
  options.skip_bad = false;
  Loader loader(std::make_shared<Damaged>(80), options);
  loader.start(0);
  EXPECT_THAT(message_of(Code::data,
                         [&] {
                           while (loader.next() != nullptr) {
                           }
                         }),
              HasSubstr(": cut short"));
}

TEST(Readable, IsWhatCanBeReadAndTheRestHasItsReasons) {
  const auto source = std::make_shared<Damaged>(12);
  for (const std::int64_t threads : {1, 4}) {
    const auto [readable, bad] = readable_images(source, threads);
    EXPECT_EQ(readable->size(), 10);
    EXPECT_EQ(readable->where(4), "noise 5");
    ASSERT_EQ(bad.size(), 2U);
    EXPECT_EQ(bad[0].image, 4);
    EXPECT_EQ(bad[0].where, "noise 4");
    EXPECT_EQ(bad[0].reason, "cut short by a mouse");
    EXPECT_EQ(bad[1].where, "noise 9");
  }
  const auto all = std::make_shared<NoiseSource>(5);
  EXPECT_EQ(readable_images(all, 2).source, all);
  EXPECT_EQ(readable_images(std::make_shared<Damaged>(3, 1), 2).source, nullptr);
  EXPECT_EQ(readable_images(std::make_shared<NoiseSource>(3, 1), 2).bad.front().reason,
            "the disk is upset")
      << "a user's own source may throw anything";
}

TEST(Readable, ReasonsAreOneLineWithoutTheImage) {
  const auto reason = [](const Where& where, const std::string& message) {
    return reason_of(Error(Code::data, where, message));
  };
  EXPECT_EQ(reason({.image = "1.png"}, "cut\nshort."), "cut short");
  EXPECT_EQ(reason({.file = "a.tar", .image = "a.tar/1.png"}, "cannot read"), "cannot read");
  EXPECT_EQ(reason({.file = "b.csv", .line = 3, .image = "1.png"}, "no"), "b.csv:3: no");
  EXPECT_EQ(reason({.image = "1.png"}, ""), "no reason was given");
}

TEST(Readable, NormalisationPassesOverBadImages) {
  const Damaged source(10);
  EXPECT_THROW(measure_normalisation(source), Error);
  EXPECT_NEAR(measure_normalisation(source, 10, /*skip_bad=*/true).mean[0], 0.5, 0.02);
}

}  // namespace
}  // namespace temper::data
