#include "temper/imports/args_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/imports/timm_options.h"
#include "tests/imports/remarks.h"

namespace temper::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Arguments read(std::string_view text) {
  Arguments arguments(timm_script());
  read_args(text, "args.yaml", arguments);
  return arguments;
}

std::string refusal(std::string_view text) {
  return testing::refusal([&] { (void)read(text); });
}

// As yaml.safe_dump(args.__dict__, default_flow_style=False) writes it.
TEST(ArgsFile, IsAMappingOfOptions) {
  const auto arguments = read(R"(aa: rand-m9-mstd0.5-inc1
amp: true
batch_size: 64
bce_target_thresh: null
clip_mode: norm
color_jitter: null
data_dir: '/my data: here'
decay_milestones:
- 3
- 5
lr: 0.5
model: resnet18
model_kwargs: {}
opt_betas:
- 0.9
- 0.95
pretrained: false
scale:
- 0.08
- 1.0
wandb_tags: []
warmup_lr: 1.0e-05
weight_decay: 2e-5
)");
  EXPECT_EQ(arguments.text("aa"), "rand-m9-mstd0.5-inc1");
  EXPECT_TRUE(arguments.flag("amp"));
  EXPECT_EQ(arguments.count("batch_size"), 64);
  EXPECT_EQ(arguments.real("bce_target_thresh"), std::nullopt);
  EXPECT_EQ(arguments.real("color_jitter"), std::nullopt);
  EXPECT_EQ(arguments.text("data_dir"), "/my data: here");
  EXPECT_THAT(arguments.reals("decay_milestones"), ElementsAre(3, 5));
  EXPECT_THAT(arguments.reals("opt_betas"), ElementsAre(0.9, 0.95));
  EXPECT_FALSE(arguments.flag("pretrained"));
  EXPECT_EQ(arguments.number("warmup_lr"), 1e-5);
  EXPECT_EQ(arguments.number("weight_decay"), 2e-5);
  EXPECT_TRUE(arguments.is_standard("model_kwargs"));
  EXPECT_EQ(read("model_kwargs:\n  depth: 3\n  stem: deep\n").written("model_kwargs"),
            "--model-kwargs depth=3 stem=deep");
}

TEST(ArgsFile, IsRefusedWithTheLineOfItsMistake) {
  EXPECT_EQ(refusal("lr: 0.1\nmodell: resnet18\n"),
            "args.yaml:2:1: timm's train.py has no option 'modell': did you mean 'model'?");
  EXPECT_EQ(refusal("model: resnet18\nlr: fast\n"),
            "args.yaml:2: --lr is 'fast'; expected a number");
  EXPECT_THAT(refusal("scale:\n- - 1\n"), HasSubstr("nested lists or mappings"));
  EXPECT_THAT(refusal("- 1\n"), HasSubstr("expected a mapping of options"));
  EXPECT_THAT(refusal("resnet18\n"), HasSubstr("expected a mapping of options"));
  EXPECT_THAT(refusal(""), HasSubstr("no options"));
  EXPECT_THAT(refusal("lr: 0.1\n---\nlr: 0.2\n"), HasSubstr("a second document"));
  EXPECT_THAT(refusal("lr: 1: 2\n"), HasSubstr("this is not YAML"));
  EXPECT_THAT(refusal("? [1, 2]\n: 3\n"), HasSubstr("expected the name of an option"));
  EXPECT_THAT(refusal(std::string(kMostArgsBytes + 1, ' ')), HasSubstr("expected at most"));
}

TEST(ArgsFile, HasNoAnchorsAliasesAndTags) {
  EXPECT_THAT(refusal("scale: &a [0.1, 1]\n"), HasSubstr("an anchor"));
  EXPECT_THAT(refusal("scale: *a\n"), ::testing::Ne("(not refused)"));
  EXPECT_THAT(refusal("opt: !!python/object/apply:os.system ['ls']\n"), HasSubstr("the tag"));
}

}  // namespace
}  // namespace temper::imports
