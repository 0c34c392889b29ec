#include "temper/train/harm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/pictures.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> warnings(const std::vector<std::string>& sets,
                                  const data::Dataset& data = small::dataset(64)) {
  const auto planned = plan(small::recipe(sets), data);
  return augmentation_warnings(planned, some_kinds(*planned.train));
}

/// Color images of 20 to 24 rows and 24 columns.
data::Dataset of_several_sizes() {
  return {.train = std::make_shared<data::NoiseSource>(70)};
}

TEST(AugmentationWarnings, NameTheOperationOfTheRecipe) {
  EXPECT_THAT(warnings({}), IsEmpty());
  EXPECT_THAT(warnings({"data.augment=[]"}), IsEmpty());
  EXPECT_THAT(
      warnings({R"(data.augment=["flip", { kind = "pad_crop", padding = 10 }])"}),
      ElementsAre(StartsWith(
          "data.augment.1 (pad_crop) moves pictures of 12 x 12 pixels by up to 10 pixels; in ")));
}

TEST(AugmentationWarnings, CountOnlyTheOperationsOfTheRecipe) {
  EXPECT_THAT(warnings({"data.size=16", R"(data.augment=["flip"])"}, of_several_sizes()),
              IsEmpty());
  EXPECT_THAT(
      warnings({"data.size=16", R"(data.augment=["flip", { kind = "pad_crop", padding = 15 }])",
                "data.train_size=12"},
               of_several_sizes()),
      ElementsAre(StartsWith("data.augment.1 (pad_crop) moves pictures of 12 x 12 pixels")));
}

TEST(AugmentationWarnings, CoverTheEndOfSchedules) {
  EXPECT_THAT(warnings({R"(data.augment=[{ kind = "random_apply", operations = )"
                        R"([{ kind = "pad_crop", padding = 10 }], )"
                        R"(p = { schedule = "linear", peak = 0, final = 1 } }])"}),
              ElementsAre(StartsWith("data.augment.0 (random_apply) moves pictures")));
}

TEST(AugmentationWarnings, CoverTheStrongViewOfUnlabeledImages) {
  EXPECT_THAT(
      warnings({"data.labels=40", R"(semi={ method = "fixmatch", augment = )"
                                  R"([{ kind = "pad_crop", padding = 10 }] })"}),
      ElementsAre(StartsWith("semi.augment.0 (pad_crop) moves pictures of 12 x 12 pixels")));
}

TEST(PictureKinds, AreOfSomePictures) {
  EXPECT_THAT(some_kinds(*small::dataset(8).train),
              ElementsAre(augment::PictureKind{{12, 12}, 1, true}));
  EXPECT_THAT(some_kinds(data::NoiseSource(50)),
              ElementsAre(augment::PictureKind{{20, 24}, 3, false},
                          augment::PictureKind{{22, 24}, 3, false}));
  EXPECT_THAT(some_kinds(data::NoiseSource(1)),
              ElementsAre(augment::PictureKind{{20, 24}, 3, false}));
}

}  // namespace
}  // namespace temper::train
