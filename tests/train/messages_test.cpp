// What an observer sees of the messages between processes, here threads of this one.
#include <ATen/core/ivalue.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "temper/distributed/group.h"
#include "temper/model/observer.h"
#include "tests/support/ranks_of_threads.h"

namespace temper::train {
namespace {

// The benchmark of several processes counts the bytes of gradients by it.
TEST(Messages, AreSeenByTheObserverOfTheThreadThatSendsThem) {
  test::in_ranks(2, [](distributed::Group& group) {
    const auto large = at::ones({1000}, at::kFloat);
    const auto small = at::ones({3}, at::kDouble);
    std::map<std::string, std::size_t> bytes;
    {
      const model::Observer observer([&](std::string_view name, model::Observer::Values inputs) {
        if (name.starts_with("gloo:")) bytes[std::string(name)] += inputs[0].toTensor().nbytes();
        return std::int64_t{0};
      });
      auto pending = group.sum_later(large);
      group.sum(small);
      group.broadcast(small);
      pending.wait();
    }
    group.sum(large);  // after its lifetime
    const std::map<std::string, std::size_t> expected{{"gloo:all_reduce", 4000 + 24},
                                                      {"gloo:broadcast", 24}};
    EXPECT_EQ(bytes, expected);
  });
}

}  // namespace
}  // namespace temper::train
