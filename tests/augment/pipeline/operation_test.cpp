#include "temper/augment/pipeline/operation.h"

#include <gtest/gtest.h>

namespace temper::augment {
namespace {

TEST(FitsInput, IsSaidByOperationsThatBringImagesOfAnySizeToOneSize) {
  for (const auto& operation :
       {Operation(RandomCrop{}), Operation(RandomResizedCrop{}), Operation(CenterCrop{}),
        Operation(CenterCrop{.size = Auto{40}}), Operation(Resize{.sides = ResizedSides::both})})
    EXPECT_TRUE(fits_input(operation));
  for (const auto& operation :
       {Operation(Resize{}), Operation(PadCrop{}), Operation(Flip{}), Operation(Cutout{}),
        Operation(RandomApply{.operations = {CenterCrop{}}})})
    EXPECT_FALSE(fits_input(operation));
}

}  // namespace
}  // namespace temper::augment
