#include "temper/augment/pipeline/operation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/core/error.h"

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

TEST(CheckOptions, NamesTheOperationByItsPlaceInNestedLists) {
  const std::vector<Operation> operations{
      Flip{},
      OneOf{.operations = {Flip{}, RandomApply{.operations = {RandAugment{.magnitude = 15}}}}}};
  const auto error = [&](const std::string& path) {
    try {
      check_options(operations, path);
    } catch (const Error& refused) {
      return refused;
    }
    return Error(Code::internal, "(not refused)");
  };
  const auto named = error("data.augment");
  EXPECT_EQ(named.code(), Code::usage);
  EXPECT_EQ(named.where().option, "data.augment.1.operations.1.operations.0");
  EXPECT_TRUE(named.message().starts_with(
      "data.augment.1.operations.1.operations.0: rand_augment has magnitude = 15, which"))
      << named.message();
  EXPECT_EQ(error("").where(), Where{});
  EXPECT_TRUE(error("").message().starts_with("rand_augment has magnitude = 15, which"));
}

}  // namespace
}  // namespace temper::augment
