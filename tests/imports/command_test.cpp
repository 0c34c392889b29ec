#include "temper/imports/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "tests/imports/remarks.h"

namespace temper::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Command, IsSplitAsAShellSplitsIt) {
  EXPECT_THAT(split_words("a  b\tc\n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_words(R"('a b' "c 'd" e\ f "g\"h\\" 'i\' j"k"l)"),
              ElementsAre("a b", "c 'd", "e f", "g\"h\\", "i\\", "jkl"));
  EXPECT_THAT(split_words("train.py \\\n  --lr 0.5\\\n --amp"),
              ElementsAre("train.py", "--lr", "0.5", "--amp"));
  EXPECT_THAT(split_words("'' \"\""), ElementsAre("", ""));
  EXPECT_THAT(split_words(R"("a\nb" $X)"), ElementsAre("a\\nb", "$X"));
  EXPECT_THAT(split_words(""), IsEmpty());
  EXPECT_THROW(split_words("'a"), Error);
}

TEST(Command, HasALauncherOrNone) {
  const auto of = [](const char* text) { return separated(split_words(text)); };
  const auto torchrun = of("torchrun --nproc_per_node=8 --nnodes 2 train.py --lr 0.5");
  EXPECT_EQ(torchrun.processes, 16);
  EXPECT_TRUE(torchrun.distributed);
  EXPECT_THAT(torchrun.arguments, ElementsAre("--lr", "0.5"));
  const auto module =
      of("python -m torch.distributed.launch --nproc_per_node=4 --use_env train.py --amp");
  EXPECT_EQ(module.processes, 4);
  EXPECT_TRUE(module.distributed);
  EXPECT_THAT(module.arguments, ElementsAre("--amp"));
  const auto script = of("./distributed_train.sh 8 /data --amp");
  EXPECT_EQ(script.processes, 8);
  EXPECT_TRUE(script.distributed);
  EXPECT_THAT(script.arguments, ElementsAre("/data", "--amp"));
  const auto python = of("CUDA_VISIBLE_DEVICES=0,1 python3 ref/train.py --class-map map.py");
  EXPECT_EQ(python.processes, std::nullopt) << "srun may start several";
  EXPECT_FALSE(python.distributed);
  EXPECT_THAT(python.arguments, ElementsAre("--class-map", "map.py"));
  const auto bare = of("--model resnet18 --class-map map.py");
  EXPECT_EQ(bare.processes, std::nullopt);
  EXPECT_FALSE(bare.distributed);
  EXPECT_THAT(bare.arguments, ElementsAre("--model", "resnet18", "--class-map", "map.py"));
}

TEST(Command, OfAnotherLauncherIsRefused) {
  const auto refusal = [](const char* text) {
    return testing::refusal([&] { (void)separated(split_words(text)); });
  };
  EXPECT_THAT(refusal("srun -n 8 python train.py"), ::testing::HasSubstr("--processes"));
  EXPECT_THAT(refusal("torchrun --nproc_per_node=gpu train.py"),
              ::testing::HasSubstr("--nproc_per_node is 'gpu'"));
  EXPECT_THAT(refusal("./distributed_train.sh /data"), ::testing::HasSubstr("is '/data'"));
  EXPECT_THAT(refusal("torchrun --nproc_per_node=8"), ::testing::HasSubstr("names no script"));
  EXPECT_THAT(refusal("torchrun --nproc_per_node=1000000 --nnodes=1000000 train.py"),
              ::testing::HasSubstr("expected at most"));
}

}  // namespace
}  // namespace temper::imports
