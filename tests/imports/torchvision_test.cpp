#include "temper/imports/torchvision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "temper/augment/pipeline/fit.h"
#include "temper/core/error.h"
#include "temper/imports/command.h"
#include "temper/recipe/recipe.h"
#include "tests/imports/remarks.h"

namespace temper::imports {
namespace {

using imports::testing::differs_in;
using imports::testing::dropped;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Imported made(const char* command) {
  return import_torchvision(split_words(command));
}

recipe::Recipe read(const char* command) {
  return recipe::parse(made(command).recipe, "imported");
}

std::string refusal(const char* command) {
  return testing::refusal([&] { (void)made(command); });
}

TEST(Torchvision, DefaultsAreWrittenOut) {
  const auto imported = made("train.py");
  EXPECT_THAT(dropped(imported), IsEmpty());
  const auto recipe = recipe::parse(imported.recipe, "imported");
  EXPECT_EQ(recipe.epochs, 90);
  EXPECT_EQ(recipe.data.batch, 32);
  EXPECT_EQ(recipe.data.size.value, 224);
  const auto& network = std::get<model::ResNet>(recipe.model);
  EXPECT_EQ(network.depth, 18);
  EXPECT_FALSE(network.zero_init_last);
  const auto& sgd = std::get<optim::Sgd>(recipe.optimizer);
  EXPECT_FALSE(sgd.nesterov);
  EXPECT_EQ(sgd.weight_decay, 1e-4);
  EXPECT_TRUE(recipe.parameters.decay_all);
  EXPECT_FALSE(std::get<loss::CrossEntropy>(recipe.loss).label_smoothing);
  EXPECT_EQ(recipe.evaluation.interpolation, augment::Interpolation::bilinear);
  EXPECT_EQ(augment::resize_side({224, 224}, recipe.evaluation.crop_ratio), 256);
}

// Vryniotis 2021, How to train state-of-the-art models using TorchVision's latest primitives.
TEST(Torchvision, TrainsResNet50ByTheNewRecipe) {
  const auto imported = made(
      "torchrun --nproc_per_node=8 train.py --model resnet50 --batch-size 128 --lr 0.5 "
      "--lr-scheduler cosineannealinglr --lr-warmup-epochs 5 --lr-warmup-method linear "
      "--auto-augment ta_wide --epochs 600 --random-erase 0.1 --weight-decay 0.00002 "
      "--norm-weight-decay 0.0 --label-smoothing 0.1 --mixup-alpha 0.2 --cutmix-alpha 1.0 "
      "--train-crop-size 176 --model-ema --val-resize-size 232 --ra-sampler --ra-reps 4");
  EXPECT_THAT(dropped(imported), IsEmpty());
  const auto recipe = recipe::parse(imported.recipe, "imported");
  const auto& mixing = recipe.mixing.value();
  ASSERT_EQ(mixing.methods.size(), 2U);
  EXPECT_EQ(std::get<mix::Mixup>(mixing.methods[0]).alpha, 0.2);
  EXPECT_EQ(std::get<mix::CutMix>(mixing.methods[1]).dialect, mix::CutMixDialect::torchvision);
  EXPECT_EQ(mixing.partner, mix::Partner::rolled);
  EXPECT_EQ(recipe.data.batch, 1024);
  EXPECT_EQ(recipe.data.micro_batches, 8);
  EXPECT_EQ(recipe.data.size.value, 176);
  EXPECT_EQ(recipe.evaluation.size.value, 224);
  EXPECT_EQ(augment::resize_side({224, 224}, recipe.evaluation.crop_ratio), 232);
  EXPECT_EQ(std::get<recipe::Repeated>(recipe.data.sampling).num_repeats, 4);
  ASSERT_EQ(std::ssize(recipe.data.augment), 4);
  EXPECT_EQ(std::get<augment::TrivialAugmentWide>(recipe.data.augment[2]).interpolation,
            augment::PolicyInterpolation::bilinear);
  const auto& erasing = std::get<augment::RandomErasing>(recipe.data.augment[3]);
  EXPECT_EQ(erasing.p, 0.1);
  EXPECT_EQ(erasing.scale_high, 0.33);
  EXPECT_EQ(erasing.ratio_high, 3.3);
  EXPECT_EQ(erasing.mode, augment::ErasingMode::constant);
  EXPECT_EQ(recipe.parameters.norm.decay_factor, 0);
  EXPECT_EQ(recipe.parameters.bias.decay_factor, 1);
  EXPECT_EQ(std::get<loss::CrossEntropy>(recipe.loss).label_smoothing.value().form,
            loss::SmoothingForm::uniform);
  const auto& decay = recipe.schedules.at("averaging.0.decay");
  const schedule::Horizon run{100, 60000};
  EXPECT_EQ(schedule::value(decay, 531, run), 0);  // copies during the warm-up, and once after it
  EXPECT_NEAR(schedule::value(decay, 532, run), 1 - 2e-5 * 1024 * 32 / 600, 1e-12);
}

TEST(Torchvision, TrainsConvNeXt) {
  const auto recipe = read(
      "torchrun --nproc_per_node=8 train.py --model convnext_tiny --batch-size 128 --opt adamw "
      "--lr 1e-3 --lr-scheduler cosineannealinglr --lr-warmup-epochs 5 --lr-warmup-method "
      "linear --auto-augment ta_wide --epochs 600 --random-erase 0.1 --label-smoothing 0.1 "
      "--mixup-alpha 0.2 --cutmix-alpha 1.0 --weight-decay 0.05 --norm-weight-decay 0.0 "
      "--train-crop-size 176 --model-ema --val-resize-size 232 --ra-sampler --ra-reps 4");
  const auto& network = std::get<model::ConvNeXt>(recipe.model);
  EXPECT_EQ(network.stochastic_depth.value().rate, 0.1);
  EXPECT_EQ(network.stochastic_depth.value().rule, regularize::DepthRule::linear_from_zero);
  EXPECT_EQ(std::get<optim::AdamW>(recipe.optimizer).weight_decay, 0.05);
  EXPECT_EQ(recipe.data.micro_batches, 1);
}

TEST(Torchvision, RepeatsImagesInDistributedTrainingAlone) {
  const auto repeated = [](const Imported& imported) {
    const auto recipe = recipe::parse(imported.recipe, "imported");
    return std::holds_alternative<recipe::Repeated>(recipe.data.sampling);
  };
  EXPECT_TRUE(repeated(made("torchrun --nproc_per_node=1 train.py --ra-sampler")));
  EXPECT_TRUE(repeated(import_torchvision({"--ra-sampler"}, 2)));
  const auto alone = made("python train.py --ra-sampler --ra-reps 4");
  EXPECT_THAT(dropped(alone), ElementsAre("--ra-sampler"));
  EXPECT_FALSE(repeated(alone));
}

TEST(Torchvision, DecaysAreMultiplesOfTheWeights) {
  const auto recipe = read("--wd 1e-4 --norm-weight-decay 5e-5 --bias-weight-decay 0");
  EXPECT_DOUBLE_EQ(recipe.parameters.norm.decay_factor, 0.5);
  EXPECT_EQ(recipe.parameters.bias.decay_factor, 0);
  EXPECT_THAT(dropped(made("--wd 0 --norm-weight-decay 1e-4")),
              ElementsAre("--norm-weight-decay 1e-4"));
}

TEST(Torchvision, SaysThatLayerScalesDecayAsNorms) {
  const auto says = [](const char* command) { return differs_in(made(command), "layer scales"); };
  EXPECT_TRUE(says("--model convnext_tiny --norm-weight-decay 0"));
  EXPECT_FALSE(says("--model convnext_tiny --wd 0.05 --norm-weight-decay 0.05"));
  EXPECT_FALSE(says("--model convnext_tiny --wd 0.05"));
  EXPECT_FALSE(says("--model resnet18 --norm-weight-decay 0"));
}

TEST(Torchvision, SaysThatAnEpochEndsWithAWholeStep) {
  EXPECT_TRUE(differs_in(made("train.py"), "the images at an epoch's end"));
}

TEST(Torchvision, SaysThatAStepIsMixedAsOneBatch) {
  constexpr auto kWords = "each of the 8 batches";
  EXPECT_TRUE(differs_in(made("torchrun --nproc_per_node=8 train.py --cutmix-alpha 1"), kWords));
  EXPECT_FALSE(differs_in(made("train.py --cutmix-alpha 1"), "for all images of a step"));
}

TEST(Torchvision, PoliciesAreItsDialect) {
  const auto policy = [](const char* command) { return read(command).data.augment.at(2); };
  const auto random = std::get<augment::RandAugment>(policy("--auto-augment ra"));
  EXPECT_EQ(random.dialect, augment::RandAugmentDialect::torchvision);
  EXPECT_EQ(random.magnitude, 9);
  EXPECT_EQ(random.interpolation, augment::PolicyInterpolation::bilinear);
  const auto mixed = std::get<augment::AugMix>(policy("--auto-augment augmix --augmix-severity 5"));
  EXPECT_EQ(mixed.severity, 5);
  EXPECT_TRUE(mixed.all_ops);
  const auto learned =
      std::get<augment::AutoAugment>(policy("--auto-augment imagenet --interpolation bicubic"));
  EXPECT_EQ(learned.dialect, augment::AutoAugmentDialect::torchvision);
  EXPECT_EQ(learned.interpolation, augment::PolicyInterpolation::bicubic);
}

TEST(Torchvision, EvaluationResizesToTheStatedSide) {
  for (const std::int64_t resize : {225, 232, 235, 238, 256, 342, 400}) {
    const auto recipe = recipe::parse(
        import_torchvision({"--val-resize-size", std::to_string(resize)}).recipe, "imported");
    EXPECT_EQ(augment::resize_side({224, 224}, recipe.evaluation.crop_ratio), resize);
  }
  EXPECT_THAT(dropped(made("--val-resize-size 200")), ElementsAre("--val-resize-size 200"));
}

TEST(Torchvision, WhatItOrTemperDoesNotHaveIsRefused) {
  EXPECT_THAT(refusal("--model vgg11"), HasSubstr("temper has no such network"));
  EXPECT_THAT(refusal("--opt adam"), HasSubstr("the script has no such optimizer"));
  EXPECT_THAT(refusal("--lr-scheduler cosine"), HasSubstr("the script has no such scheduler"));
  EXPECT_THAT(refusal("--lr-warmup-epochs 2 --lr-warmup-method square"),
              HasSubstr("--lr-warmup-method square"));
  EXPECT_THAT(refusal("--auto-augment rand-m9"), HasSubstr("--auto-augment rand-m9"));
  EXPECT_THAT(refusal("--interpolation lanczos"), HasSubstr("--interpolation lanczos"));
  EXPECT_THAT(refusal("--sched cosine"), HasSubstr("has no option '--sched'"));
}

}  // namespace
}  // namespace temper::imports
