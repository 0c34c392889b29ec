// Tables of logits by image: what is read, and what is refused.
#include "temper/train/logits_table.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/data/sources/subset.h"
#include "temper/train/table_rows.h"
#include "temper/train/tensors.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

using ::testing::HasSubstr;
using Names = std::vector<std::string>;

class Tables : public ::testing::Test {
 protected:
  /// A table in a file; lists of names that are empty are left out.
  LogitsTable table(const at::Tensor& logits, const Names& images, const Names& classes = {},
                    const std::string& tensor = "logits") {
    const auto path = folder.path / (std::to_string(++files) + ".safetensors");
    io::Metadata metadata;
    if (!images.empty()) metadata["temper.images"] = nlohmann::json(images).dump();
    if (!classes.empty()) metadata["temper.classes"] = nlohmann::json(classes).dump();
    const std::vector<Named> tensors{{tensor, logits}};
    save_tensors(path, tensors, metadata);
    EXPECT_EQ(is_logits_table(path), tensor == "logits");
    return read_logits_table(io::Safetensors(path), path);
  }

  template <class Call>
  static void expect_refused(Code code, const char* words, const Call& call) {
    try {
      call();
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_THAT(error.what(), HasSubstr(words));
    }
  }

  small::Directory folder;
  int files = 0;
};

at::Tensor counting(std::int64_t rows) {
  return at::arange(rows * 2, at::kFloat).reshape({rows, 2});
}

TEST_F(Tables, GiveTheRowsOfASetInItsOrder) {
  const auto logits = counting(4);
  const auto found = table(logits, {"3", "0", "2", "9"}, {"dim", "bright"});
  EXPECT_EQ(found.columns(), 2);
  EXPECT_EQ(found.classes, (Names{"dim", "bright"}));
  const data::Subset images(small::dataset(8).train, {2, 3, 0});
  EXPECT_TRUE(at::equal(rows_of(found, images),
                        at::tensor({4.F, 5.F, 0.F, 1.F, 2.F, 3.F}, at::kFloat).view({3, 2})));
}

TEST_F(Tables, AreReadInEveryFloatingFormat) {
  const auto images = small::dataset(4).train;
  for (const auto type : {at::kDouble, at::kHalf, at::kBFloat16})
    EXPECT_TRUE(at::equal(rows_of(table(counting(4).to(type), {"0", "1", "2", "3"}), *images),
                          counting(4)));
}

TEST_F(Tables, HaveTheHashOfTheirNumbersWhateverTheOrder) {
  const auto logits = counting(3);
  const auto hash = hash_of(table(logits, {"a", "b", "c"}));
  EXPECT_EQ(hash.size(), 32U);
  EXPECT_EQ(hash_of(table(logits.flip({0}), {"c", "b", "a"})), hash);
  EXPECT_EQ(hash_of(table(logits.to(at::kDouble), {"a", "b", "c"}, {"x", "y"})), hash);
  EXPECT_NE(hash_of(table(logits.add(1), {"a", "b", "c"})), hash);
  EXPECT_NE(hash_of(table(logits, {"a", "b", "d"})), hash);
  EXPECT_NE(hash_of(table(logits.narrow(0, 0, 2), {"a", "b"})), hash);
}

TEST_F(Tables, NameTheImagesThatTheyLack) {
  const auto images = small::dataset(8).train;
  const auto found = table(counting(3), {"0", "5", "7"});
  expect_refused(Code::usage, R"(for 5 of the 8 training images: "1", "2", "3", ...; expected)",
                 [&] { (void)rows_of(found, *images); });
  expect_refused(Code::usage, R"(for 1 of the 1 training images: "1"; expected)",
                 [&] { (void)rows_of(found, data::Subset(images, {1})); });
}

TEST_F(Tables, CannotTellImagesOfOneNameApart) {
  const auto found = table(counting(2), {"0", "1"});
  expect_refused(Code::usage, R"(two training images have the name "1")",
                 [&] { (void)rows_of(found, data::Subset(small::dataset(4).train, {1, 1})); });
}

TEST_F(Tables, TeachNoMixedImages) {
  (void)table(counting(4), {"0", "1", "2", "3"}, {"dim", "bright"});
  const auto from =
      fmt::format("distillation.from=\"{}\"", (folder.path / "1.safetensors").string());
  expect_refused(Code::usage, "its answers for the images before they were mixed",
                 [&] { (void)small::plan_of({"mixing=true", from}); });
}

TEST_F(Tables, WithNumbersThatAreNotFiniteAreRefused) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), 1e300}) {
    auto logits = counting(3).to(at::kDouble);
    logits[1][0] = value;
    const auto found = table(logits, {"0", "1", "2"});
    expect_refused(Code::data, R"(logits of the image "1" are not finite)",
                   [&] { (void)rows_of(found, *small::dataset(3).train); });
    expect_refused(Code::data, "not finite", [&] { (void)hash_of(found); });
  }
}

TEST_F(Tables, OfAnotherFormAreRefused) {
  const auto refused = [&](const char* words, const at::Tensor& logits, const Names& images,
                           const Names& classes = {}) {
    expect_refused(Code::data, words, [&] { (void)table(logits, images, classes); });
  };
  refused("the shape [4]", at::ones({4}, at::kFloat), {"a"});
  refused("the shape [1, 2, 2]", at::ones({1, 2, 2}, at::kFloat), {"a"});
  refused("the shape [2, 0]", at::zeros({2, 0}, at::kFloat), {"a", "b"});
  refused("'logits' is I64", at::ones({1, 2}, at::kLong), {"a"});
  refused("without the names of its images", counting(2), {});
  refused("'temper.images' in the metadata has 1 entries, but 'logits' has 2 rows", counting(2),
          {"a"});
  refused("the image \"a\" has two rows", counting(2), {"a", "a"});
  refused("'temper.classes' in the metadata has 3 entries, but 'logits' has 2 columns", counting(2),
          {"a", "b"}, {"x", "y", "z"});
}

TEST_F(Tables, AreKnownByTheirTensor) {
  expect_refused(Code::data, "logits", [&] { (void)table(counting(1), {"a"}, {}, "fc.weight"); });
  EXPECT_FALSE(is_logits_table(folder.path));
  EXPECT_FALSE(is_logits_table(folder.path / "nowhere.safetensors"));
}

}  // namespace
}  // namespace temper::train
