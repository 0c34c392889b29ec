#include "temper/data/sources/set_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/data/pictures.h"

namespace temper::data {
namespace {

using ::testing::HasSubstr;

TEST(SetNames, AreRecognizedWithOtherWordsAndNumbers) {
  for (const char* name : {"train", "Training", "training_set", "train-images", "TrainData",
                           "train2017", "images_train", "trainset", "trainval", "train 1"})
    EXPECT_EQ(part_of(name), Part::train) << name;
  for (const char* name : {"val", "dev", "eval", "Evaluation", "val_images", "validation.data",
                           "val2017", "hold_out", "devset"})
    EXPECT_EQ(part_of(name), Part::validation) << name;
  for (const char* name : {"test", "testing", "test_set", "TESTDATA", "pictures-test", "tests"})
    EXPECT_EQ(part_of(name), Part::test) << name;
}

TEST(SetNames, AreNotPartsOfOtherWords) {
  for (const char* name :
       {"", "set", "dataset", "images", "2017", "tset", "train_station", "trainer", "latest",
        "contest", "valley", "device", "test tube", "testé"})
    EXPECT_EQ(part_of(name), std::nullopt) << name;
}

TEST(SetNames, ThatArePlainComeFirst) {
  auto names = part_names({"eval", "images_val", "train", "train_data", "val"}, "place");
  EXPECT_EQ(names.train, "train");
  EXPECT_EQ(names.validation, "val");
  EXPECT_EQ(names.test, "");
  EXPECT_EQ(part_names({"eval"}, "place").validation, "eval");
  EXPECT_THAT(message_of(Code::data, [] { part_names({"eval", "val_images"}, "place"); }),
              HasSubstr("place: both 'eval' and 'val_images'; expected one validation set"));
}

}  // namespace
}  // namespace temper::data
