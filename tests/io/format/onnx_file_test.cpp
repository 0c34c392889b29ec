#include "temper/io/format/onnx_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/disk/read_file.h"
#include "tests/io/support.h"
#include "tests/support/protobuf.h"

namespace temper::io::test {
namespace {

using temper::testing::protobuf_field;
using temper::testing::protobuf_fields;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::array<float, 3> kNumbers{0.5F, -2, 3};

/// y = x + [0.5, -2, 3], with an attribute of each type.
OnnxModel small() {
  OnnxModel model{.ir_version = 8,
                  .opset = 17,
                  .producer = "temper",
                  .producer_version = "1.2.3",
                  .graph = "small"};
  model.nodes.push_back({.name = "sum",
                         .op = "Add",
                         .inputs = {"x", "numbers"},
                         .outputs = {"y"},
                         .attributes = {{"whole", std::int64_t{-3}},
                                        {"real", 0.25},
                                        {"text", std::string("edge")},
                                        {"list", std::vector<std::int64_t>{1, 0, 300}}}});
  model.inputs.push_back({.name = "x", .shape = {std::string("batch"), std::int64_t{3}}});
  model.outputs.push_back({.name = "y", .shape = {std::string("batch"), std::int64_t{3}}});
  model.initializers.push_back({.name = "numbers",
                                .dtype = Dtype::f32,
                                .shape = {3},
                                .bytes = std::as_bytes(std::span(kNumbers))});
  model.metadata = {{"classes", R"(["cat","\u00fc"])"}, {"resize", "256"}};
  return model;
}

std::vector<std::string> texts(std::string_view message, std::uint64_t number) {
  std::vector<std::string> found;
  for (const auto& field : protobuf_fields(message, number)) found.emplace_back(field.bytes);
  return found;
}

/// The written file. The numbers of the fields are those of onnx.proto.
std::string written(const OnnxModel& model) {
  const Folder folder;
  write_onnx(folder / "model.onnx", model);
  return read_text(folder / "model.onnx");
}

TEST(OnnxFile, HasVersionsAndProducer) {
  const auto file = written(small());
  EXPECT_EQ(protobuf_field(file, 1).value, 8U);
  EXPECT_EQ(protobuf_field(file, 2).bytes, "temper");
  EXPECT_EQ(protobuf_field(file, 3).bytes, "1.2.3");
  EXPECT_EQ(protobuf_field(protobuf_field(file, 8).bytes, 2).value, 17U);
}

TEST(OnnxFile, HasMetadata) {
  const auto file = written(small());
  const auto props = protobuf_fields(file, 14);
  ASSERT_EQ(props.size(), 2U);
  EXPECT_EQ(protobuf_field(props[0].bytes, 1).bytes, "classes");
  EXPECT_EQ(protobuf_field(props[0].bytes, 2).bytes, R"(["cat","\u00fc"])");
  EXPECT_EQ(protobuf_field(props[1].bytes, 1).bytes, "resize");
  EXPECT_EQ(protobuf_field(props[1].bytes, 2).bytes, "256");
}

TEST(OnnxFile, HasNodesWithAttributesOfEveryType) {
  const auto file = written(small());
  const auto graph = protobuf_field(file, 7).bytes;
  EXPECT_EQ(protobuf_field(graph, 2).bytes, "small");
  const auto node = protobuf_field(graph, 1).bytes;
  EXPECT_THAT(texts(node, 1), ElementsAre("x", "numbers"));
  EXPECT_THAT(texts(node, 2), ElementsAre("y"));
  EXPECT_EQ(protobuf_field(node, 3).bytes, "sum");
  EXPECT_EQ(protobuf_field(node, 4).bytes, "Add");
  const auto attributes = protobuf_fields(node, 5);
  ASSERT_EQ(attributes.size(), 4U);
  // The type of each: 1 a float, 2 an integer, 3 a text, 7 a list of integers.
  EXPECT_EQ(protobuf_field(attributes[0].bytes, 20).value, 2U);
  EXPECT_EQ(std::bit_cast<std::int64_t>(protobuf_field(attributes[0].bytes, 3).value), -3);
  EXPECT_EQ(protobuf_field(attributes[1].bytes, 20).value, 1U);
  EXPECT_EQ(protobuf_field(attributes[1].bytes, 2).value, std::bit_cast<std::uint32_t>(0.25F));
  EXPECT_EQ(protobuf_field(attributes[2].bytes, 20).value, 3U);
  EXPECT_EQ(protobuf_field(attributes[2].bytes, 4).bytes, "edge");
  EXPECT_EQ(protobuf_field(attributes[3].bytes, 20).value, 7U);
  std::vector<std::uint64_t> list;
  for (const auto& field : protobuf_fields(attributes[3].bytes, 8)) list.push_back(field.value);
  EXPECT_THAT(list, ElementsAre(1U, 0U, 300U));
}

TEST(OnnxFile, HasInputsWithADimensionThatIsNotFixed) {
  const auto file = written(small());
  const auto input = protobuf_field(protobuf_field(file, 7).bytes, 11).bytes;
  EXPECT_EQ(protobuf_field(input, 1).bytes, "x");
  const auto tensor = protobuf_field(protobuf_field(input, 2).bytes, 1).bytes;
  EXPECT_EQ(protobuf_field(tensor, 1).value, 1U);  // FLOAT
  const auto dimensions = protobuf_fields(protobuf_field(tensor, 2).bytes, 1);
  ASSERT_EQ(dimensions.size(), 2U);
  EXPECT_EQ(protobuf_field(dimensions[0].bytes, 2).bytes, "batch");
  EXPECT_EQ(protobuf_field(dimensions[1].bytes, 1).value, 3U);
}

TEST(OnnxFile, HasTensorsAsTheirBytes) {
  const auto file = written(small());
  const auto tensor = protobuf_field(protobuf_field(file, 7).bytes, 5).bytes;
  EXPECT_EQ(protobuf_field(tensor, 1).value, 3U);
  EXPECT_EQ(protobuf_field(tensor, 2).value, 1U);
  EXPECT_EQ(protobuf_field(tensor, 8).bytes, "numbers");
  const auto expected = std::as_bytes(std::span(kNumbers));
  EXPECT_EQ(bytes_of(protobuf_field(tensor, 9).bytes), Bytes(expected.begin(), expected.end()));
}

TEST(OnnxFile, RefusesATensorOfAnotherSizeAndKeepsTheOldFile) {
  const Folder folder;
  auto model = small();
  write_onnx(folder / "model.onnx", model);
  const auto before = contents(folder / "model.onnx");
  model.initializers.front().shape = {4};
  const auto error = error_of([&] { write_onnx(folder / "model.onnx", model); });
  EXPECT_EQ(error.code(), Code::internal);
  EXPECT_THAT(error.what(), HasSubstr("'numbers' has 12 bytes"));
  EXPECT_EQ(contents(folder / "model.onnx"), before);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(OnnxFile, RefusesAModelThatAFileOfProtobufCannotHold) {
  // Ten views of the same 256 MiB, which are refused before anything is copied.
  const Folder folder;
  const std::vector<std::byte> zeros(std::size_t{1} << 28U);
  auto model = small();
  for (int i = 0; i < 10; ++i)
    model.initializers.push_back({.name = "zeros" + std::to_string(i),
                                  .dtype = Dtype::u8,
                                  .shape = {std::int64_t{1} << 28},
                                  .bytes = zeros});
  const auto error = error_of([&] { write_onnx(folder / "model.onnx", model); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.what(), HasSubstr("2.5 GiB"));
}

TEST(OnnxFile, SaysWhereItCannotWrite) {
  const auto error = error_of([] { write_onnx("/dev/null/model.onnx", small()); });
  EXPECT_EQ(error.code(), Code::io);
  EXPECT_THAT(error.what(), HasSubstr("/dev/null/model.onnx"));
}

}  // namespace
}  // namespace temper::io::test
