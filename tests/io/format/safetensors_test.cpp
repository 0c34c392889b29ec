#include "temper/io/format/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>

#include "temper/io/disk/atomic_file.h"
#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class T>
std::vector<T> values_of(const TensorView& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

/// A file of that header and that number of zero bytes of data.
Bytes file_of(const std::string& header, std::size_t data) {
  Bytes bytes;
  for (std::size_t i = 0; i < 8; ++i)
    bytes.push_back(static_cast<std::byte>(header.size() >> (8 * i)));
  const Bytes text = bytes_of(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.resize(bytes.size() + data);
  return bytes;
}

std::string refusal(const Bytes& bytes) {
  const Error error = error_of([&] { const Safetensors read(bytes, "file"); });
  EXPECT_EQ(error.code(), Code::data) << error.what();
  return error.what();
}

std::string refusal(const std::string& header, std::size_t data) {
  return refusal(file_of(header, data));
}

TEST(Safetensors, ReadsEveryTypeThatPythonWrote) {
  const Safetensors file(golden / "types.safetensors");
  for (const std::string_view type : EnumNames<Dtype>::value) {
    const TensorView& tensor = file.at(type);
    EXPECT_EQ(name_of(tensor.dtype), type);
    EXPECT_THAT(tensor.shape, ElementsAre(2, 3));
    EXPECT_EQ(tensor.bytes.size(), 6 * size_of(tensor.dtype)) << type;
  }
  EXPECT_THAT(values_of<double>(file.at("F64")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<float>(file.at("F32")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::uint16_t>(file.at("F16")),
              ElementsAre(0, 0x3C00, 0x4000, 0x4200, 0x4400, 0x4500));
  EXPECT_THAT(values_of<std::uint16_t>(file.at("BF16")),
              ElementsAre(0, 0x3F80, 0x4000, 0x4040, 0x4080, 0x40A0));
  EXPECT_THAT(values_of<std::int64_t>(file.at("I64")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::int32_t>(file.at("I32")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::int16_t>(file.at("I16")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::int8_t>(file.at("I8")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::uint8_t>(file.at("U8")), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(values_of<std::uint8_t>(file.at("BOOL")), ElementsAre(0, 1, 0, 1, 0, 1));
}

TEST(Safetensors, ReadsScalarsEmptyTensorsNamesAndMetadataThatPythonWrote) {
  const Safetensors file(golden / "types.safetensors");
  EXPECT_TRUE(file.at("scalar").shape.empty());
  EXPECT_THAT(values_of<float>(file.at("scalar")), ElementsAre(1.5F));
  EXPECT_THAT(file.at("nothing").shape, ElementsAre(0, 4));
  EXPECT_TRUE(file.at("nothing").bytes.empty());
  EXPECT_THAT(values_of<std::uint8_t>(file.at("a \"name\" with \xc3\xbc")), ElementsAre(7));
  EXPECT_EQ(file.metadata().at("classes"), "[\"J\xc3\xa4ger\", \"a\"]");
  EXPECT_TRUE(Safetensors(golden / "empty.safetensors").tensors().empty());
}

TEST(Safetensors, WritesTheBytesThatPythonWrites) {
  const Safetensors python(golden / "types.safetensors");
  const Folder folder;
  write_safetensors(folder / "copy", python.tensors(), python.metadata());
  // Equal except for the order of two metadata entries, which Python does not define.
  const Safetensors copy(folder / "copy");
  ASSERT_EQ(copy.tensors().size(), python.tensors().size());
  for (std::size_t i = 0; i < copy.tensors().size(); ++i) {
    EXPECT_EQ(copy.tensors()[i].name, python.tensors()[i].name);
    EXPECT_EQ(copy.tensors()[i].shape, python.tensors()[i].shape);
  }
  EXPECT_EQ(copy.metadata(), python.metadata());
  EXPECT_EQ(std::filesystem::file_size(folder / "copy"),
            std::filesystem::file_size(golden / "types.safetensors"));
  write_safetensors(folder / "empty", {});
  EXPECT_EQ(contents(folder / "empty"), contents(golden / "empty.safetensors"));
}

TEST(Safetensors, KeepsTheOrderItIsGivenAndAlignsTheData) {
  const Folder folder;
  const Bytes data(12);
  const std::vector<TensorView> tensors{
      {.name = "z", .dtype = Dtype::f32, .shape = {3}, .bytes = data},
      {.name = "a", .dtype = Dtype::u8, .shape = {}, .bytes = std::span(data).first(1)}};
  for (std::size_t length = 0; length < 9; ++length) {
    write_safetensors(folder / "file", tensors, {{"k", std::string(length, 'x')}});
    const Safetensors file(folder / "file");
    EXPECT_EQ(file.tensors()[0].name, "z");
    EXPECT_EQ(file.tensors()[1].name, "a");
    EXPECT_EQ((contents(folder / "file").size() - 13) % 8, 0U);
  }
}

TEST(Safetensors, OutlivesTheNameItWasReadFrom) {
  const Folder folder;
  const Bytes old_data(4, std::byte{1}), new_data(4, std::byte{2});
  TensorView tensor{.name = "t", .dtype = Dtype::u8, .shape = {4}, .bytes = old_data};
  write_safetensors(folder / "file", {&tensor, 1});
  const Safetensors old_file(folder / "file");
  tensor.bytes = new_data;
  write_safetensors(folder / "file", {&tensor, 1});
  EXPECT_THAT(values_of<std::uint8_t>(old_file.at("t")), ElementsAre(1, 1, 1, 1));
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): what is tested
  const Safetensors copy = old_file;
  EXPECT_EQ(copy.at("t").bytes.data(), old_file.at("t").bytes.data());
}

TEST(Safetensors, SaysWhichTensorIsMissing) {
  const Safetensors file(golden / "types.safetensors");
  EXPECT_EQ(file.find("fc.weight"), nullptr);
  EXPECT_THAT(error_of([&] { static_cast<void>(file.at("fc.weight")); }).what(),
              AllOf(HasSubstr("types.safetensors"), HasSubstr("no tensor \"fc.weight\"")));
}

TEST(Safetensors, WritesTensorsOneAfterTheOther) {
  const Folder folder;
  const Bytes data(12, std::byte{5});
  const std::vector<TensorView> tensors{
      {.name = "z", .dtype = Dtype::f32, .shape = {3}, .bytes = data},
      {.name = "a", .dtype = Dtype::u8, .shape = {}, .bytes = std::span(data).first(1)}};
  const std::vector<TensorHead> heads{{.name = "z", .dtype = Dtype::f32, .shape = {3}},
                                      {.name = "a", .dtype = Dtype::u8}};
  write_safetensors(folder / "at once", tensors, {{"k", "v"}});
  const auto writes = [&](const std::vector<std::size_t>& sizes) {
    return [&, sizes](const TensorSink& write) {
      for (const auto size : sizes) write(std::span(data).first(size));
    };
  };
  write_safetensors(folder / "in turn", heads, writes({12, 1}), {{"k", "v"}});
  EXPECT_EQ(contents(folder / "in turn"), contents(folder / "at once"));
  for (const auto& sizes : {std::vector<std::size_t>{12}, {12, 1, 1}, {1, 12}})
    EXPECT_EQ(error_of([&] { write_safetensors(folder / "other", heads, writes(sizes)); }).code(),
              Code::internal);
  EXPECT_EQ(folder.files(), 2U) << "nothing is left";
}

TEST(Safetensors, RefusesToWriteInvalidTensors) {
  const Folder folder;
  const Bytes data(8);
  const TensorView good{.name = "a", .dtype = Dtype::f32, .shape = {2}, .bytes = data};
  TensorView reserved = good, uneven = good;
  reserved.name = "__metadata__";
  uneven.shape = {3};
  for (const auto& tensors : {std::vector{good, good}, {reserved}, {uneven}})
    EXPECT_EQ(error_of([&] { write_safetensors(folder / "file", tensors); }).code(),
              Code::internal);
  EXPECT_EQ(folder.files(), 0U);
}

TEST(Safetensors, RefusesFilesCutShort) {
  const Bytes whole = contents(golden / "types.safetensors");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(refusal(cut), HasSubstr("cut short")) << size;
  }
}

TEST(Safetensors, RefusesAHeaderThatIsTooLargeOrNotAnObject) {
  EXPECT_THAT(refusal(Bytes(100, std::byte{0xFF})), HasSubstr("not a safetensors file"));
  EXPECT_THAT(refusal(" {}", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal("[]", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal("{\"a\":", 0), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{\"\xff\":{}}", 0), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{\"a\":{\"b\":{\"c\":{}}}}", 0), HasSubstr("too deeply"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(100'000, '['), 0), HasSubstr("too deeply"));
}

TEST(Safetensors, RefusesOverlapsGapsAndUnusedBytes) {
  const auto two = [](const std::string& a, const std::string& b) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + a +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + b + "}}";
  };
  EXPECT_NO_THROW(Safetensors(file_of(two("[2,4]", "[0,2]"), 4), "file"));
  EXPECT_THAT(refusal(two("[0,2]", "[1,3]"), 3),
              HasSubstr("file: tensor \"b\": its bytes begin at 1, expected 2"));
  EXPECT_THAT(refusal(two("[0,2]", "[3,5]"), 5), HasSubstr("begin at 3, expected 2"));
  EXPECT_THAT(refusal(two("[1,3]", "[3,5]"), 5), HasSubstr("begin at 1, expected 0"));
  EXPECT_THAT(refusal(two("[0,2]", "[2,4]"), 5), HasSubstr("take 4 bytes, but 5 follow"));
  EXPECT_THAT(refusal(two("[0,2]", "[2,4]"), 3), HasSubstr("cut short"));
  EXPECT_THAT(refusal(two("[0,2]", "[4,2]"), 4), HasSubstr("data_offsets"));
  EXPECT_THAT(refusal(two("[0,2]", "[2,4,6]"), 4), HasSubstr("data_offsets"));
  EXPECT_THAT(refusal(two("[0,2]", "[2,-4]"), 4), HasSubstr("data_offsets"));
  EXPECT_THAT(refusal(two("[0,2]", "[2,18446744073709551616]"), 4), HasSubstr("data_offsets"));
}

TEST(Safetensors, RefusesShapesThatDoNotFitTheBytes) {
  const auto one = [](const std::string& dtype, const std::string& shape) {
    return R"({"w":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":[0,8]}})";
  };
  EXPECT_NO_THROW(Safetensors(file_of(one("\"F32\"", "[2,1]"), 8), "file"));
  EXPECT_THAT(refusal(one("\"F32\"", "[3]"), 8),
              HasSubstr("type F32 and shape [3] need 12 bytes, found 8"));
  EXPECT_THAT(refusal(one("\"F64\"", "[4294967296,4294967296]"), 8),
              HasSubstr("more than 2^64 bytes, found 8"));
  EXPECT_THAT(refusal(one("\"F32\"", "[-2]"), 8), HasSubstr("non-negative"));
  EXPECT_THAT(refusal(one("\"F32\"", "[2.0]"), 8), HasSubstr("non-negative"));
  EXPECT_THAT(refusal(one("\"F32\"", "2"), 8), HasSubstr("shape is not a list"));
  EXPECT_THAT(refusal(one("\"F8_E4M3\"", "[8]"), 8), HasSubstr("type \"F8_E4M3\"; temper reads"));
  EXPECT_THAT(refusal(one("4", "[2]"), 8), HasSubstr("type 4"));
  std::string ones = "1";
  for (int i = 0; i < 100; ++i) ones += ",1";
  EXPECT_THAT(refusal(one("\"F64\"", "[" + ones + "]"), 8), HasSubstr("more than 64 numbers"));
  EXPECT_THAT(refusal(R"({"w":{"dtype":"U8","shape":[]}})", 1), HasSubstr("has no data_offsets"));
  EXPECT_THAT(refusal(R"({"w":3})", 0), HasSubstr("has no dtype"));
}

TEST(Safetensors, RefusesKeysThatOccurTwice) {
  const std::string entry = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_THAT(refusal("{\"a\":" + entry + ",\"a\":" + entry + "}", 0), HasSubstr("\"a\" twice"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}})", 0),
              HasSubstr("\"dtype\" twice"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":"1","k":"2"}})", 0), HasSubstr("\"k\" twice"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":1}})", 0), HasSubstr("not a string"));
  EXPECT_NO_THROW(Safetensors(file_of("{\"a\":" + entry + ",\"b\":" + entry + "}", 0), "file"));
}

TEST(Safetensors, TakesMetadataOfAnyLength) {
  const Folder folder;
  Metadata many;
  for (int i = 0; i < 1000; ++i) many["class " + std::to_string(i)] = std::to_string(i);
  write_safetensors(folder / "file", {}, many);
  EXPECT_EQ(Safetensors(folder / "file").metadata(), many);
}

TEST(Safetensors, SurvivesDamage) {
  survive_damage(contents(golden / "types.safetensors"), 1, [](const Bytes& bytes) {
    const Safetensors file(bytes, "damaged");
    for (const TensorView& tensor : file.tensors())
      static_cast<void>(Bytes(tensor.bytes.begin(), tensor.bytes.end()));
  });
}

}  // namespace
}  // namespace temper::io::test
