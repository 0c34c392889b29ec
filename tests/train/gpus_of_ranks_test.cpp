#include "temper/train/gpus_of_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/support/refusal.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;

distributed::Ranks local(std::int64_t rank, std::int64_t size) {
  return {.rank = rank + 8, .size = 16, .local_rank = rank, .local_size = size};
}

TEST(GpusOfRanks, EachRankOfAMachineHasTheGpuOfItsLocalRank) {
  EXPECT_EQ(own_gpu(std::nullopt, local(0, 4)), "0");
  EXPECT_EQ(own_gpu(std::nullopt, local(3, 4)), "3");
  EXPECT_EQ(own_gpu("4,5,6", local(1, 2)), "5");
  EXPECT_EQ(own_gpu("GPU-8932f937,GPU-10b6cbb6", local(1, 2)), "GPU-10b6cbb6");
}

TEST(GpusOfRanks, WhatALauncherHasChosenStays) {
  EXPECT_EQ(own_gpu("2", local(1, 4)), std::nullopt);
  EXPECT_EQ(own_gpu(std::nullopt, local(0, 1)), std::nullopt);
  auto unknown = local(1, 2);
  unknown.knows_local = false;
  EXPECT_EQ(own_gpu("0,1", unknown), std::nullopt);
}

TEST(GpusOfRanks, MoreProcessesThanGpusAreRefused) {
  EXPECT_THAT(testing::refusal([] { (void)own_gpu("0,1", local(0, 3)); }),
              HasSubstr("3 processes on this machine, of which each trains on a GPU of its own, "
                        "and 2 GPUs in CUDA_VISIBLE_DEVICES = 0,1"));
}

std::string refusal_of(const std::vector<std::string>& gpus,
                       const std::vector<std::string>& notes = {"", "", ""}) {
  return testing::refusal([&] { check_gpus(gpus, notes); });
}

TEST(GpusOfRanks, AllTrainOnTheCpuOrEachOnAGpuOfItsOwn) {
  EXPECT_NO_THROW(check_gpus({"", "", ""}, {"", "", ""}));
  EXPECT_NO_THROW(check_gpus({"a", "b", "c"}, {"", "", ""}));
  EXPECT_THAT(refusal_of({"a", "b", "a"}),
              HasSubstr("ranks 0 and 2 would train on the same GPU, a"));
  EXPECT_THAT(refusal_of({"a", "", "b"}), HasSubstr("rank 1 would train on the CPU and others"));
  EXPECT_THAT(refusal_of({"a", "b", ""}, {"", "", "no CUDA-capable device"}),
              HasSubstr("rank 2 would train on the CPU: no CUDA-capable device, and others"));
}

}  // namespace
}  // namespace temper::train
