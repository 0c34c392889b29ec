#include "temper/distributed/owned.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linspace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/support/ranks_of_threads.h"

namespace temper::distributed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::int64_t> owners(const std::vector<std::int64_t>& sizes, std::int64_t ranks) {
  return owners_of(sizes, ranks);
}

TEST(Owners, HaveTheLargestFirst) {
  // 9 to rank 0, 7 and then 4 to rank 1, 3 to rank 0, 1 to rank 1.
  EXPECT_THAT(owners({3, 9, 1, 7, 4}, 2), ElementsAre(0, 0, 1, 1, 1));
  EXPECT_THAT(owners({5, 5, 5, 5}, 2), ElementsAre(0, 1, 0, 1)) << "ties go to the lower index";
  EXPECT_THAT(owners({2, 8}, 4), ElementsAre(1, 0)) << "two ranks have none";
  EXPECT_THAT(owners({2, 8}, 1), ElementsAre(0, 0));
  EXPECT_THAT(owners({}, 3), IsEmpty());
}

TEST(PlanOwned, PutsTensorsOfOneOwnerAndTypeIntoAMessage) {
  const auto tensor = [](std::int64_t numbers, at::ScalarType type = at::kFloat) {
    return at::empty({numbers}, type);
  };
  const std::vector<at::Tensor> tensors{
      tensor(10), tensor(5), tensor(20), tensor(10), tensor(3), tensor(40), tensor(4, at::kDouble)};
  const std::vector<std::int64_t> of{0, 1, 0, 0, 0, 1, 0};
  const auto messages = plan_owned(tensors, of, /*most=*/120);
  std::vector<std::vector<std::size_t>> members;
  std::vector<std::int64_t> senders;
  std::vector<std::int64_t> bytes;
  for (const auto& message : messages) {
    members.push_back(message.tensors);
    senders.push_back(message.owner);
    bytes.push_back(message.bytes);
  }
  EXPECT_THAT(senders, ElementsAre(0, 1, 0, 1, 0)) << "they take turns";
  EXPECT_THAT(members, ElementsAre(ElementsAre(0, 2), ElementsAre(1), ElementsAre(3, 4),
                                   ElementsAre(5), ElementsAre(6)));
  EXPECT_THAT(bytes, ElementsAre(120, 20, 52, 160, 32));
  EXPECT_EQ(messages.back().format, at::kDouble);
  EXPECT_THAT(plan_owned({}, {}), IsEmpty());
}

TEST(BroadcastOwned, GivesAllRanksTheTensorsOfTheirOwners) {
  const auto filters = at::linspace(0, 1, 48, at::kFloat).reshape({4, 3, 2, 2});
  const std::vector<at::Tensor> expected{
      at::linspace(1, 2, 7, at::kFloat), at::linspace(2, 3, 30, at::kDouble).reshape({5, 6}),
      filters.contiguous(at::MemoryFormat::ChannelsLast), at::full({}, 4, at::kFloat),
      at::linspace(5, 6, 9, at::kFloat).to(at::kBFloat16)};
  const auto of = owners({7, 30, 48, 1, 9}, 3);
  for (const std::int64_t most : {std::int64_t{1}, std::int64_t{100}, kOwnedBytes})
    test::in_ranks(3, [&](Group& group) {
      const at::NoGradGuard guard;
      std::vector<at::Tensor> own;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        own.push_back(expected[i].clone());
        if (of[i] != group.rank()) own.back().fill_(-1);
      }
      // Parts of other tensors, whose strides are not those of their own sizes.
      const auto wide = at::full({5, 12}, -1, at::kDouble);
      wide.narrow(1, 0, 6).copy_(own[1]);
      own[1] = wide.narrow(1, 0, 6);
      const auto version = own[0]._version();
      broadcast_owned(group, own, of, most);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_TRUE(at::equal(own[i], expected[i])) << i;
        EXPECT_EQ(own[i].strides() == expected[i].strides(), i != 1) << i;
      }
      EXPECT_EQ(own[0]._version() > version, of[0] != group.rank()) << "copies of it are stale";
    });
}

}  // namespace
}  // namespace temper::distributed
