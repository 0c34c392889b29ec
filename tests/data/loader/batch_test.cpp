#include "temper/data/loader/batch.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <memory>

namespace temper::data {
namespace {

Batch batch(std::int64_t rows) {
  const auto images = at::arange(rows * 12, at::kFloat).reshape({rows, 3, 2, 2});
  const auto ids = at::arange(rows, at::kLong);
  return {.views = {images, images.neg()},
          .labels = ids.remainder(2),
          .targets = ids.to(at::kFloat).unsqueeze(1),
          .labelled = ids.lt(rows - 1),
          .ids = ids.add(100),
          .repeats = ids.add(200),
          .skipped = {{.row = 0, .id = 7, .reason = "a"},
                      {.row = 2, .id = 8, .reason = "b"},
                      {.row = 4, .id = 9, .reason = "c"}}};
}

TEST(Batch, RowsAreOfEveryTensorAndOfTheSkippedImages) {
  const auto whole = batch(6);
  const auto part = whole.rows(2, 3);
  ASSERT_EQ(part.views.size(), 2U);
  for (std::size_t view = 0; view < 2; ++view)
    EXPECT_TRUE(at::equal(part.views[view], whole.views[view].slice(0, 2, 5)));
  EXPECT_TRUE(at::equal(part.labels, whole.labels.slice(0, 2, 5)));
  EXPECT_TRUE(at::equal(part.targets, whole.targets.slice(0, 2, 5)));
  EXPECT_TRUE(at::equal(part.labelled, whole.labelled.slice(0, 2, 5)));
  EXPECT_TRUE(at::equal(part.ids, whole.ids.slice(0, 2, 5)));
  EXPECT_TRUE(at::equal(part.repeats, whole.repeats.slice(0, 2, 5)));
  EXPECT_EQ(part.skipped, (std::vector<Skipped>{{.row = 0, .id = 8, .reason = "b"},
                                                {.row = 2, .id = 9, .reason = "c"}}));
  EXPECT_EQ(part.ids.const_data_ptr<std::int64_t>(), whole.ids.const_data_ptr<std::int64_t>() + 2)
      << "no copy";
}

TEST(Batch, RowsHaveTheirUnlabeledImages) {
  auto whole = batch(6);
  whole.unlabelled = std::make_shared<const Batch>(batch(18));
  const auto part = whole.rows(2, 3);
  ASSERT_TRUE(part.unlabelled);
  EXPECT_TRUE(at::equal(part.unlabelled->ids, whole.unlabelled->ids.slice(0, 6, 15)));
  EXPECT_TRUE(at::equal(part.unlabelled->views[1], whole.unlabelled->views[1].slice(0, 6, 15)));
  EXPECT_TRUE(whole.to(at::kMeta).unlabelled->views[0].is_meta());
  EXPECT_FALSE(batch(6).rows(2, 3).unlabelled);
}

TEST(Batch, WhatItLacksItsRowsLack) {
  const Batch images{.views = {at::ones({4, 3, 2, 2})}};
  const auto part = images.rows(1, 2).to(at::kCPU);
  EXPECT_EQ(part.views.front().size(0), 2);
  EXPECT_FALSE(part.ids.defined());
  EXPECT_FALSE(part.repeats.defined());
}

TEST(Batch, OnItsOwnDeviceItStaysWhereItIs) {
  const auto whole = batch(6);
  const auto same = whole.to(at::kCPU);
  EXPECT_TRUE(same.views[1].is_same(whole.views[1]));
  EXPECT_TRUE(same.repeats.is_same(whole.repeats));
  EXPECT_EQ(same.skipped, whole.skipped);
}

TEST(Batch, EveryTensorMoves) {
  const auto moved = batch(6).to(at::kMeta);
  for (const auto& tensor : {moved.views[0], moved.views[1], moved.labels, moved.targets,
                             moved.labelled, moved.ids, moved.repeats})
    EXPECT_TRUE(tensor.is_meta());
}

}  // namespace
}  // namespace temper::data
