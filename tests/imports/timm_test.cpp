#include "temper/imports/timm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "temper/core/error.h"
#include "temper/imports/command.h"
#include "temper/model/architecture.h"
#include "temper/recipe/recipe.h"
#include "temper/regularize/depth.h"
#include "tests/imports/remarks.h"

namespace temper::imports {
namespace {

using imports::testing::differs_in;
using imports::testing::dropped;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Imported made(const char* command) {
  return import_timm(split_words(command));
}

recipe::Recipe read(const char* command) {
  return recipe::parse(made(command).recipe, "imported");
}

std::string refusal(const char* command) {
  return testing::refusal([&] { (void)made(command); });
}

bool differs(const Imported& imported, std::string_view option) {
  return std::ranges::any_of(imported.remarks, [&](const Remark& remark) {
    return remark.fate == Fate::differs && remark.option == option;
  });
}

template <class T>
const T& only(const std::vector<augment::Operation>& operations) {
  const auto found = std::ranges::find_if(
      operations, [](const auto& one) { return std::holds_alternative<T>(one); });
  EXPECT_NE(found, operations.end());
  return std::get<T>(*found);
}

std::vector<std::string> kinds_of(const recipe::Recipe& recipe) {
  std::vector<std::string> kinds;
  for (const auto& operation : recipe.data.augment)
    std::visit([&]<class Options>(const Options&) { kinds.emplace_back(Options::kind); },
               operation);
  return kinds;
}

TEST(Timm, DefaultsAreWrittenOut) {
  const auto imported = made("");
  EXPECT_THAT(dropped(imported), IsEmpty());
  const auto recipe = recipe::parse(imported.recipe, "imported");
  EXPECT_EQ(recipe.epochs, 300);
  EXPECT_EQ(recipe.seed, 42);
  EXPECT_EQ(recipe.precision, recipe::Precision::fp32);
  EXPECT_EQ(recipe.data.batch, 128);
  EXPECT_EQ(recipe.data.micro_batches, 1);
  EXPECT_EQ(recipe.data.size.value, 224);
  EXPECT_THAT(kinds_of(recipe), ElementsAre("random_resized_crop", "flip", "color_jitter"));
  EXPECT_EQ(only<augment::RandomResizedCrop>(recipe.data.augment).interpolation,
            augment::CropInterpolation::random);
  EXPECT_EQ(only<augment::ColorJitter>(recipe.data.augment).saturation, 0.4);
  const auto& network = std::get<model::ResNet>(recipe.model);
  EXPECT_EQ(network.depth, 50);
  EXPECT_EQ(network.stem, model::Stem::imagenet);
  EXPECT_FALSE(network.stochastic_depth);
  EXPECT_THAT(network.dropout, IsEmpty());
  const auto& sgd = std::get<optim::Sgd>(recipe.optimizer);
  EXPECT_EQ(sgd.momentum, 0.9);
  EXPECT_TRUE(sgd.nesterov);
  EXPECT_EQ(sgd.weight_decay, 2e-5);
  EXPECT_EQ(recipe.parameters.norm.decay_factor, 0);
  const auto& loss = std::get<loss::CrossEntropy>(recipe.loss);
  EXPECT_EQ(loss.label_smoothing.value().alpha, 0.1);
  EXPECT_EQ(loss.label_smoothing.value().form, loss::SmoothingForm::uniform);
  EXPECT_EQ(recipe.evaluation.crop_ratio, 0.95);
  EXPECT_EQ(recipe.evaluation.interpolation, augment::Interpolation::bicubic);
  EXPECT_THAT(recipe.averaging, IsEmpty());
}

// Wightman et al. 2021, ResNet strikes back, arXiv:2110.00476, table 2.
TEST(Timm, TrainsResNet50AsResNetStrikesBack) {
  const auto imported = made(
      "torchrun --nproc_per_node=4 train.py /imagenet --model resnet50 --epochs 600 -b 512 "
      "--opt lamb --lr 5e-3 --sched cosine --weight-decay 0.01 --warmup-epochs 5 --smoothing "
      "0.1 --drop-path 0.05 --aug-repeats 3 --aa rand-m7-mstd0.5-inc1 --mixup 0.2 --cutmix "
      "1.0 --bce-loss --bce-target-thresh 0.2 --crop-pct 0.95 --amp --amp-dtype bfloat16");
  EXPECT_THAT(dropped(imported), IsEmpty());
  const auto recipe = recipe::parse(imported.recipe, "imported");
  const auto& mixing = recipe.mixing.value();
  ASSERT_EQ(mixing.methods.size(), 2U);
  EXPECT_EQ(std::get<mix::Mixup>(mixing.methods[0]).alpha, 0.2);
  EXPECT_EQ(std::get<mix::Mixup>(mixing.methods[0]).weight, 0.5);
  EXPECT_EQ(std::get<mix::CutMix>(mixing.methods[1]).alpha, 1);
  EXPECT_EQ(std::get<mix::CutMix>(mixing.methods[1]).dialect, mix::CutMixDialect::timm);
  EXPECT_EQ(std::get<mix::CutMix>(mixing.methods[1]).weight, 0.5);
  EXPECT_EQ(mixing.mode, mix::Mode::batch);
  EXPECT_EQ(mixing.partner, mix::Partner::reversed);
  EXPECT_EQ(mixing.p, 1);
  EXPECT_EQ(mixing.off_epoch, 0);
  EXPECT_EQ(recipe.data.source, "/imagenet");
  EXPECT_EQ(recipe.data.batch, 2048);
  EXPECT_EQ(recipe.data.micro_batches, 4);
  EXPECT_EQ(std::get<recipe::Repeated>(recipe.data.sampling).num_repeats, 3);
  EXPECT_EQ(recipe.precision, recipe::Precision::bf16);
  EXPECT_THAT(kinds_of(recipe), ElementsAre("random_resized_crop", "flip", "rand_augment"));
  const auto& policy = only<augment::RandAugment>(recipe.data.augment);
  EXPECT_EQ(policy.magnitude, 7);
  EXPECT_EQ(policy.magnitude_std, 0.5);
  EXPECT_EQ(policy.transforms, augment::RandAugmentTransforms::increasing);
  EXPECT_EQ(policy.p, 0.5);
  EXPECT_THAT(policy.fill, ElementsAre(124, 116, 104));
  const auto& lamb = std::get<optim::Lamb>(recipe.optimizer);
  EXPECT_EQ(lamb.eps, 1e-6);
  EXPECT_EQ(lamb.weight_decay, 0.01);
  EXPECT_EQ(std::get<optim::ClipNorm>(recipe.clip.value()).max_norm, 1);
  const auto& loss = std::get<loss::Bce>(recipe.loss);
  EXPECT_EQ(loss.target_threshold, 0.2);
  EXPECT_FALSE(loss.sum_classes);
  const auto& depth = std::get<model::ResNet>(recipe.model).stochastic_depth.value();
  EXPECT_EQ(depth.rate, 0.05);
  EXPECT_EQ(depth.rule, regularize::DepthRule::linear_from_zero);
  EXPECT_EQ(depth.mode, regularize::Granularity::sample);
  EXPECT_EQ(depth.scaling, regularize::DepthScaling::inverted);
}

TEST(Timm, A2AndA3AreImportedToo) {
  for (const char* command :
       {"torchrun --nproc_per_node=4 train.py /imagenet --model resnet50 --epochs 300 -b 512 --opt "
        "lamb --lr 5e-3 --weight-decay 0.02 --smoothing 0 --drop-path 0.05 --aug-repeats 3 --aa "
        "rand-m7-mstd0.5-inc1 --mixup 0.1 --cutmix 1.0 --bce-loss --bce-target-thresh 0.2",
        "torchrun --nproc_per_node=4 train.py /imagenet --model resnet50 --epochs 100 -b 512 --opt "
        "lamb --lr 8e-3 --weight-decay 0.02 --smoothing 0 --img-size 160 --aa "
        "rand-m6-mstd0.5-inc1 --mixup 0.1 --cutmix 1.0 --bce-loss --bce-target-thresh 0.2"}) {
    const auto recipe = read(command);
    EXPECT_TRUE(std::holds_alternative<loss::Bce>(recipe.loss)) << command;
    EXPECT_FALSE(std::get<loss::Bce>(recipe.loss).label_smoothing) << command;
  }
}

// From timm's documentation, as the commands below.
TEST(Timm, TrainsEfficientNetWithRmsProp) {
  const auto imported = made(
      "./distributed_train.sh 2 --data-dir /imagenet/ --model efficientnet_b0 -b 384 --sched "
      "step --epochs 450 --decay-epochs 2.4 --decay-rate .97 --opt rmsproptf --opt-eps .001 "
      "-j 8 --warmup-lr 1e-6 --weight-decay 1e-5 --drop 0.2 --drop-path 0.2 --model-ema "
      "--model-ema-decay 0.9999 --aa rand-m9-mstd0.5 --remode pixel --reprob 0.2 --amp --lr "
      ".048");
  EXPECT_THAT(dropped(imported), IsEmpty());
  EXPECT_TRUE(differs(imported, "--amp"));
  const auto recipe = recipe::parse(imported.recipe, "imported");
  const auto& rule = std::get<optim::RmsProp>(recipe.optimizer);
  EXPECT_EQ(rule.dialect, optim::RmsPropDialect::tf1);
  EXPECT_EQ(rule.alpha, 0.9);
  EXPECT_EQ(rule.eps, 1e-3);
  EXPECT_EQ(rule.momentum, 0.9);
  const auto& network = std::get<model::EfficientNet>(recipe.model);
  EXPECT_EQ(network.dialect, model::MobileDialect::timm);
  EXPECT_EQ(network.stochastic_depth.value().rule, regularize::DepthRule::linear_open);
  EXPECT_EQ(std::ssize(network.dropout), 1);
  const auto& erasing = only<augment::RandomErasing>(recipe.data.augment);
  EXPECT_EQ(erasing.p, 0.2);
  EXPECT_EQ(erasing.mode, augment::ErasingMode::pixel);
  ASSERT_EQ(std::ssize(recipe.averaging), 1);
  const auto& decay = recipe.schedules.at("averaging.0.decay");
  EXPECT_EQ(schedule::value(decay, 0, {10, 100}), 0);  // the first update copies
  EXPECT_EQ(schedule::value(decay, 1, {10, 100}), 0.9999);
}

// timm's rate of block i, from 0 on, is drop_path * i / n; its n includes MobileNetV3's last
// convolution.
TEST(Timm, DropsEachBlockAtItsRate) {
  struct Depths {
    std::string network;
    std::vector<std::int64_t> stages;
    double counted = 0;
  };
  const std::vector<Depths> cases{{"mobilenetv3_large_100", {1, 2, 3, 4, 2, 3}, 16},
                                  {"mobilenetv3_small_075", {1, 2, 3, 2, 3}, 12},
                                  {"efficientnet_b0", {1, 2, 2, 3, 3, 4, 1}, 16},
                                  {"tf_efficientnet_lite0", {1, 2, 2, 3, 3, 4, 1}, 16}};
  for (const auto& [network, stages, counted] : cases) {
    const auto recipe = read(("--model " + network + " --drop-path 0.2").c_str());
    const auto* const options = model::random_options(recipe.model);
    ASSERT_TRUE(options != nullptr && options->stochastic_depth) << network;
    const auto& depth = *options->stochastic_depth;
    for (const auto& block : regularize::depths(stages))
      EXPECT_NEAR(regularize::drop_rate(depth.rule, depth.rate, block),
                  0.2 * static_cast<double>(block.block - 1) / counted, 1e-15)
          << network << " block " << block.block;
  }
  EXPECT_THAT(made("--model mobilenetv3_large_100 --drop-path 0.2").recipe,
              HasSubstr("# 0.2 * 15 / 16: timm counts the last convolution as a block"));
}

TEST(Timm, TrainsWithViewsOfEveryImage) {
  const auto imported = made(
      "./distributed_train.sh 2 --data-dir /imagenet -b 64 --model resnet50 --sched cosine "
      "--epochs 200 --lr 0.05 --amp --remode pixel --reprob 0.6 --aug-splits 3 --aa "
      "rand-m9-mstd0.5-inc1 --resplit --split-bn --jsd --dist-bn reduce");
  EXPECT_THAT(dropped(imported), ElementsAre("--split-bn"));
  const auto recipe = recipe::parse(imported.recipe, "imported");
  EXPECT_EQ(recipe.consistency.value().views, 3);
  EXPECT_EQ(recipe.consistency.value().weight, 12);
  EXPECT_EQ(recipe.consistency.value().first_view, 2);
  EXPECT_THAT(kinds_of(recipe),
              ElementsAre("random_resized_crop", "flip", "rand_augment", "random_erasing"));
  // Without --resplit the first view is erased, too.
  const auto erased = read("--aug-splits 3 --jsd-loss --reprob 0.6 --aa augmix-m5-w4-d2");
  EXPECT_EQ(erased.consistency.value().first_view, 3);
  EXPECT_THAT(kinds_of(erased),
              ElementsAre("random_resized_crop", "flip", "random_erasing", "augmix"));
}

TEST(Timm, AugmentationIsInTheOrderOfCreateTransform) {
  const auto recipe = read(
      "--hflip 0.4 --vflip 0.1 --color-jitter 0.3 --color-jitter-prob 0.8 --grayscale-prob 0.2 "
      "--gaussian-blur-prob 0.1 --reprob 0.25 --recount 3 --train-interpolation bilinear "
      "--scale 0.35 1 --aa 3a");
  EXPECT_THAT(kinds_of(recipe),
              ElementsAre("random_resized_crop", "flip", "vertical_flip", "three_augment",
                          "color_jitter", "grayscale", "gaussian_blur", "random_erasing"));
  EXPECT_EQ(only<augment::RandomResizedCrop>(recipe.data.augment).scale_low, 0.35);
  EXPECT_EQ(only<augment::ThreeAugment>(recipe.data.augment).color_jitter, 0);
  EXPECT_EQ(only<augment::ColorJitter>(recipe.data.augment).p, 0.8);
  EXPECT_EQ(only<augment::GaussianBlur>(recipe.data.augment).kernel_size.value, 23);
  EXPECT_EQ(only<augment::RandomErasing>(recipe.data.augment).max_count, 3);
  EXPECT_EQ(
      only<augment::RandAugment>(read("--aa rand-m9 --train-interpolation bicubic").data.augment)
          .interpolation,
      augment::PolicyInterpolation::bicubic);
}

TEST(Timm, WithoutAugmentationImagesAreStretched) {
  const auto recipe = read("--model resnet50 --no-aug --reprob 0.5 --img-size 160");
  EXPECT_THAT(kinds_of(recipe), ElementsAre("resize"));
  const auto& resize = only<augment::Resize>(recipe.data.augment);
  EXPECT_EQ(resize.sides, augment::ResizedSides::both);
  EXPECT_FALSE(resize.size.value) << "that of the input";
  EXPECT_EQ(resize.interpolation, augment::Interpolation::bicubic);
  EXPECT_EQ(recipe.data.size.value, 160);
}

TEST(Timm, OptimizersHaveTimmsDefaults) {
  EXPECT_EQ(std::get<optim::AdaBelief>(read("--opt adabelief").optimizer).eps, 1e-16);
  EXPECT_EQ(std::get<optim::Lion>(read("--opt lion").optimizer).beta2, 0.99);
  EXPECT_EQ(std::get<optim::Adadelta>(read("--opt adadelta").optimizer).rho, 0.9);
  EXPECT_FALSE(std::get<optim::Sgd>(read("--opt momentum").optimizer).nesterov);
  EXPECT_EQ(std::get<optim::AdamW>(read("--opt adamw --opt-betas 0.9 0.95").optimizer).beta2, 0.95);
  const auto ahead = read("--opt lookahead_adamw");
  EXPECT_EQ(ahead.lookahead.value().k, 6);
  const auto clipped = read("--clip-grad 0.02 --clip-mode agc --layer-decay 0.75");
  EXPECT_EQ(std::get<optim::ClipAdaptive>(clipped.clip.value()).clip_factor, 0.02);
  EXPECT_EQ(clipped.parameters.layer_decay, 0.75);
}

TEST(Timm, TheBatchIsThatOfAllProcesses) {
  const auto recipe =
      read("torchrun --nproc_per_node=2 train.py -b 32 --grad-accum-steps 4 --model resnet18");
  EXPECT_EQ(recipe.data.batch, 256);
  EXPECT_EQ(recipe.data.micro_batches, 8);
  EXPECT_EQ(read("torchrun --nproc_per_node=2 train.py -b 32 --sync-bn").data.micro_batches, 1);
  EXPECT_EQ(
      read("torchrun --nproc_per_node=2 train.py -b 32 --model convnext_tiny").data.micro_batches,
      1);
}

TEST(Timm, SaysWhoseBatchNormStatisticsAre) {
  constexpr auto kOwn = "by the images of the first process";
  constexpr auto kAccumulated = "# BatchNorm's statistics are those of an accumulated batch";
  const auto alone = made("-b 32 --grad-accum-steps 4 --model resnet18");
  EXPECT_FALSE(differs_in(alone, kOwn)) << "running statistics are updated as in timm";
  EXPECT_THAT(alone.recipe, HasSubstr(kAccumulated));
  const auto synchronized =
      made("torchrun --nproc_per_node=2 train.py -b 32 --grad-accum-steps 4 --sync-bn");
  EXPECT_FALSE(differs_in(synchronized, kOwn));
  EXPECT_THAT(synchronized.recipe, HasSubstr(kAccumulated));
  const auto several = made("torchrun --nproc_per_node=2 train.py -b 32 --grad-accum-steps 4");
  EXPECT_TRUE(differs_in(several, kOwn));
  EXPECT_THAT(several.recipe, HasSubstr("# BatchNorm's statistics are those of a process"));
}

TEST(Timm, SaysThatAnEpochEndsWithAWholeStep) {
  EXPECT_TRUE(differs(made("--grad-accum-steps 4"), "--grad-accum-steps 4"));
  EXPECT_FALSE(differs_in(made("-b 32"), "an epoch's end"));
  EXPECT_FALSE(differs_in(made("torchrun --nproc_per_node=2 train.py"), "an epoch's end"));
}

TEST(Timm, RepeatsImagesBySeveralProcessesAlone) {
  const auto repeated = [](const recipe::Recipe& recipe) {
    return std::holds_alternative<recipe::Repeated>(recipe.data.sampling);
  };
  EXPECT_TRUE(repeated(read("torchrun --nproc_per_node=2 train.py --aug-repeats 3")));
  for (const char* command :
       {"--aug-repeats 3", "torchrun --nproc_per_node=1 train.py --aug-repeats 3"}) {
    const auto imported = made(command);
    EXPECT_THAT(dropped(imported), ElementsAre("--aug-repeats 3")) << command;
    EXPECT_FALSE(repeated(recipe::parse(imported.recipe, "imported"))) << command;
  }
  const auto of_two = import_timm({"--aug-repeats", "3"}, 2);
  EXPECT_TRUE(repeated(recipe::parse(of_two.recipe, "imported")));
}

TEST(Timm, SaysThatAPlateauIsOfTheAccuracyOrTheLoss) {
  EXPECT_TRUE(differs(made("--sched plateau --eval-metric top5"), "--eval-metric top5"));
  for (const char* command : {"--sched plateau", "--sched plateau --eval-metric top1",
                              "--sched plateau --eval-metric loss", "--eval-metric top5"})
    EXPECT_FALSE(differs_in(made(command), "follows the accuracy")) << command;
}

TEST(Timm, AFileCanBeChanged) {
  constexpr auto kFile = "model: resnet18\nlr: 0.5\nbatch_size: 64\n";
  const auto made = import_timm_file(kFile, "args.yaml", {"--epochs", "20", "-b", "32"}, 4);
  const auto recipe = recipe::parse(made.recipe, "imported");
  EXPECT_EQ(recipe.epochs, 20);
  EXPECT_EQ(recipe.data.batch, 128);
  EXPECT_EQ(std::get<model::ResNet>(recipe.model).depth, 18);
}

TEST(Timm, ATagIsANetworksWeights) {
  EXPECT_FALSE(differs(made("--model resnet50.a1_in1k"), "--model resnet50.a1_in1k"));
  EXPECT_TRUE(differs(made("--model resnet50.tv_in1k"), "--model resnet50.tv_in1k"));
}

TEST(Timm, MixesAsItsOptionsSay) {
  const auto mixing = [](const char* command) { return read(command).mixing; };
  EXPECT_FALSE(mixing("--mixup-mode elem"));
  const auto elem = mixing(
      "--cutmix 0.5 --mixup-mode elem --mixup-prob 0.3 --mixup-off-epoch 7 --mixup-switch-prob "
      "0.9");
  ASSERT_TRUE(elem.has_value());
  ASSERT_EQ(elem->methods.size(), 1U);
  EXPECT_EQ(std::get<mix::CutMix>(elem->methods[0]).alpha, 0.5);
  EXPECT_EQ(elem->mode, mix::Mode::elem);
  EXPECT_EQ(elem->p, 0.3);
  EXPECT_EQ(elem->off_epoch, 7);
  const auto one = mixing("--mixup 0.2 --cutmix 1 --mixup-switch-prob 0");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->methods.size(), 1U);
  const auto bounded = mixing("--cutmix-minmax 0.2 0.8");
  ASSERT_TRUE(bounded.has_value());
  EXPECT_EQ(std::get<mix::CutMix>(bounded->methods.at(0)).alpha, 1);
  EXPECT_THAT(refusal("--mixup 0.2 --mixup-mode half"), HasSubstr("pair"));
}

TEST(Timm, SaysThatAStepIsMixedAsOneBatch) {
  EXPECT_TRUE(differs(made("torchrun --nproc_per_node=2 train.py --mixup 0.2"), "--mixup 0.2"));
  EXPECT_TRUE(differs(made("--cutmix 1 --grad-accum-steps 4"), "--cutmix 1"));
  EXPECT_TRUE(differs_in(made("torchrun --nproc_per_node=2 train.py --mixup 0.2 "
                              "--grad-accum-steps 4"),
                         "each of the 8 batches"));
  for (const char* command : {"--mixup 0.2", "torchrun --nproc_per_node=2 train.py",
                              "torchrun --nproc_per_node=2 train.py --mixup 0.2 --mixup-mode elem",
                              "torchrun --nproc_per_node=2 train.py --mixup 0.2 --mixup-mode pair"})
    EXPECT_FALSE(differs_in(made(command), "for all images of a step")) << command;
}

TEST(Timm, SaysThatAveragesOfImagesAreNotRounded) {
  constexpr auto kRounded = "not rounded to 8 bits";
  EXPECT_TRUE(differs_in(made("--mixup 0.2"), kRounded));
  EXPECT_FALSE(differs_in(made("--cutmix 1"), kRounded));
  EXPECT_FALSE(differs_in(made("--mixup 0.2 --no-prefetcher"), kRounded));
}

TEST(Timm, SaysThatDropConnectIsOfEarlierVersions) {
  const auto imported = made("--model efficientnet_b0 --drop-connect 0.2");
  EXPECT_TRUE(differs(imported, "--drop-connect 0.2"));
  EXPECT_THAT(imported.recipe, HasSubstr("drop_path_rate = 0.2"));
  EXPECT_FALSE(differs_in(made("--model efficientnet_b0 --drop-connect 0.2 --drop-path 0.1"),
                          "read as --drop-path"));
}

TEST(Timm, SaysThatImagesAreErasedBeforeTheyAreMixed) {
  EXPECT_TRUE(differs(made("--mixup 0.2 --reprob 0.25"), "--reprob 0.25"));
  EXPECT_FALSE(differs(made("--reprob 0.25"), "--reprob 0.25"));
  EXPECT_FALSE(differs(made("--mixup 0.2 --reprob 0.25 --no-prefetcher"), "--reprob 0.25"));
}

TEST(Timm, StartsFromWeightsInAFile) {
  const auto from = [](const char* command) { return read(command).pretrained.value().from; };
  EXPECT_EQ(from("--initial-checkpoint old/last.pth.tar"), "old/last.pth.tar");
  EXPECT_EQ(from("--pretrained --pretrained-path mine.safetensors"), "mine.safetensors");
  EXPECT_EQ(from("--pretrained --pretrained-path mine.pth --initial-checkpoint last.pth"),
            "last.pth");
  EXPECT_THAT(dropped(made("--pretrained --initial-checkpoint last.pth")), IsEmpty());
  EXPECT_TRUE(
      differs(made("--pretrained --pretrained-path mine.pth"), "--pretrained-path mine.pth"));
  for (const char* command : {"--pretrained", "--pretrained-path mine.pth"}) {
    const auto imported = made(command);
    EXPECT_THAT(dropped(imported), ElementsAre(command));
    EXPECT_FALSE(recipe::parse(imported.recipe, "imported").pretrained.has_value()) << command;
  }
}

TEST(Timm, SaysThatTheDataHasTheChannels) {
  EXPECT_THAT(dropped(made("--in-chans 1")), ElementsAre("--in-chans 1"));
  EXPECT_THAT(dropped(made("--input-size 1 32 32")), ElementsAre("--input-size 1 32 32"));
  EXPECT_THAT(dropped(made("--input-size 3 32 32")), IsEmpty());
}

TEST(Timm, RemarksAreInTheRecipe) {
  const auto imported = made("--cutmix 1 --cutmix-minmax 0.2 0.8 --bn-eps 1e-3");
  EXPECT_THAT(dropped(imported), ElementsAre("--cutmix-minmax 0.2 0.8", "--bn-eps 1e-3"));
  EXPECT_THAT(imported.recipe, HasSubstr("# Not carried over:\n# - --cutmix-minmax 0.2 0.8: the "));
}

TEST(Timm, WhatTemperDoesNotHaveIsRefused) {
  EXPECT_THAT(refusal("--model vit_base_patch16_224"), HasSubstr("temper has no such network"));
  EXPECT_THAT(refusal("--model resnet5O"), HasSubstr("did you mean 'resnet50'?"));
  EXPECT_THAT(refusal("--opt kron"), HasSubstr("temper has no such optimizer"));
  EXPECT_THAT(refusal("--sched tanh"), HasSubstr("temper has no such schedule"));
  EXPECT_THAT(refusal("--sched poly --lr-cycle-limit 2"), HasSubstr("no restarts"));
  EXPECT_THAT(refusal("--input-size 3 224 192"), HasSubstr("square"));
  EXPECT_THAT(refusal("--aa rnd-m9"), HasSubstr("--aa"));
  EXPECT_THAT(refusal("--clip-grad 1 --clip-mode both"), HasSubstr("expected norm, value or agc"));
  EXPECT_THAT(refusal("--weight-decay -1"), HasSubstr("optimizer.weight_decay"));
  EXPECT_THAT(refusal("-b 0"), HasSubstr("a batch of 0 images"));
  EXPECT_THAT(refusal("torchrun --nproc_per_node=100000 train.py -b 100000"),
              HasSubstr("expected at most"));
  EXPECT_THROW(import_timm(split_words("torchrun --nproc_per_node=2 train.py"), 3), Error);
}

}  // namespace
}  // namespace temper::imports
