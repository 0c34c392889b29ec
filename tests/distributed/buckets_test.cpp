#include "temper/distributed/buckets.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/ranks_of_threads.h"

namespace temper::distributed {
namespace {

using test::in_ranks;

at::Tensor parameter(at::IntArrayRef sizes, double value) {
  return at::full(sizes, value, at::kDouble).requires_grad_();
}

/// Parameters of several layouts, of more than one bucket.
std::vector<at::Tensor> parameters() {
  return {parameter({3}, 2), parameter({7, 5}, 3),
          at::full({4, 3, 2, 2}, 0.5, at::kDouble)
              .contiguous(at::MemoryFormat::ChannelsLast)
              .requires_grad_(),
          parameter({}, 4)};
}

constexpr BucketOptions kSmall{.first_bytes = 8, .bytes = 300};

/// The loss of some rows: each has another factor.
at::Tensor loss_of(const std::vector<at::Tensor>& weights, Rows rows) {
  at::Tensor loss = at::full({}, 0.0, at::kDouble);
  for (auto row = rows.first; row < rows.first + rows.count; ++row)
    for (const auto& weight : weights)
      loss = loss.add(weight.pow(2).sum(), static_cast<double>(row));
  return loss;
}

TEST(Buckets, GiveTheGradientOfAllRows) {
  constexpr std::int64_t rows = 10;
  const auto whole = parameters();
  loss_of(whole, {0, rows}).backward();
  for (const auto& options : {kSmall, BucketOptions{}})
    in_ranks(3, [&](Group& group) {
      const auto own = parameters();
      Buckets buckets(group, own, options);
      for (int step = 0; step < 2; ++step) {
        for (const auto& one : own) one.mutable_grad().reset();
        buckets.begin();
        loss_of(own, rows_of(rows, group.rank(), group.size())).backward();
        buckets.finish();
        for (std::size_t i = 0; i < own.size(); ++i) {
          EXPECT_TRUE(at::allclose(own[i].grad(), whole[i].grad(), 1e-12));
          EXPECT_EQ(own[i].grad().strides(), whole[i].grad().strides());
        }
      }
    });
}

TEST(Buckets, SendOnlyTheLastOfSeveralPasses) {
  const auto whole = parameters();
  loss_of(whole, {0, 8}).backward();
  in_ranks(2, [&](Group& group) {
    const auto own = parameters();
    Buckets buckets(group, own, kSmall);
    const auto rows = rows_of(8, group.rank(), 2);
    loss_of(own, {rows.first, 1}).backward();
    buckets.begin();
    loss_of(own, {rows.first + 1, rows.count - 1}).backward();
    buckets.finish();
    for (std::size_t i = 0; i < own.size(); ++i)
      EXPECT_TRUE(at::allclose(own[i].grad(), whole[i].grad(), 1e-12));
  });
}

TEST(Buckets, LeaveGradientsUndefinedThatNoRankHas) {
  in_ranks(2, [](Group& group) {
    const auto own = parameters();
    own[0].set_requires_grad(false);  // frozen
    Buckets buckets(group, own, kSmall);
    buckets.begin();
    auto loss = own[1].sum();
    if (group.rank() == 1) loss = loss.add(own[3].mul(5));
    loss.backward();
    buckets.finish();
    EXPECT_FALSE(own[0].grad().defined());
    EXPECT_TRUE(at::equal(own[1].grad(), at::full({7, 5}, 2.0, at::kDouble)));
    EXPECT_FALSE(own[2].grad().defined());
    EXPECT_EQ(own[3].grad().item<double>(), 5);
    // Thawed: the buckets are others.
    own[0].set_requires_grad(true);
    for (const auto& one : own) one.mutable_grad().reset();
    buckets.begin();
    own[0].sum().backward();
    buckets.finish();
    EXPECT_TRUE(at::equal(own[0].grad(), at::full({3}, 2.0, at::kDouble)));
    EXPECT_FALSE(own[1].grad().defined());
  });
}

TEST(Buckets, SumRoundedGradientsInAnotherFormat) {
  // bf16 has 8 significant bits: from 256 to 512 the even numbers.
  constexpr BucketOptions options{.first_bytes = 8, .bytes = 300, .format = at::kBFloat16};
  in_ranks(2, [&](Group& group) {
    const auto own = parameters();
    Buckets buckets(group, own, options);
    for (int step = 0; step < 2; ++step) {
      for (const auto& one : own) one.mutable_grad().reset();
      buckets.begin();
      auto loss = own[1].sum().mul(group.leads() ? 257.0 : 1.0);
      if (!group.leads()) loss = loss.add(own[2].sum().mul(259.0));
      loss.backward();
      buckets.finish();
      EXPECT_FALSE(own[0].grad().defined());
      EXPECT_TRUE(at::equal(own[1].grad(), at::full({7, 5}, 256.0, at::kDouble)))
          << "256 + 1, rounded to even";
      EXPECT_TRUE(at::equal(own[2].grad(), at::full({4, 3, 2, 2}, 260.0, at::kDouble)));
      EXPECT_EQ(own[2].grad().strides(), own[2].strides());
      EXPECT_FALSE(own[3].grad().defined());
    }
  });
}

TEST(Buckets, LeaveTheParametersAloneAfterwards) {
  const auto own = parameters();
  in_ranks(2, [&](Group& group) {
    const auto mine = group.leads() ? own : parameters();
    const Buckets buckets(group, mine, kSmall);
  });
  own[1].sum().backward();
  EXPECT_TRUE(at::equal(own[1].grad(), at::full({7, 5}, 1.0, at::kDouble)));
}

}  // namespace
}  // namespace temper::distributed
