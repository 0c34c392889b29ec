#include "temper/io/format/torch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/io/pickle.h"
#include "tests/io/zip.h"

namespace temper::io::test {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kFolder = golden / "torch";

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
    text.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return text;
}

nlohmann::json described(const TorchFile& file) {
  auto tensors = nlohmann::json::array();
  for (const TensorView& tensor : file.tensors())
    tensors.push_back({{"name", tensor.name},
                       {"dtype", name_of(tensor.dtype)},
                       {"shape", tensor.shape},
                       {"bytes", hex(tensor.bytes)}});
  return {{"key", file.key()}, {"tensors", tensors}};
}

std::string refusal(const Bytes& bytes, std::string_view key = {}) {
  const Error error = error_of([&] { const TorchFile read(bytes, "file", key); });
  EXPECT_EQ(error.code(), Code::data) << error.what();
  EXPECT_THAT(error.what(), HasSubstr("file: "));
  return error.what();
}

std::string refusal(const std::string& golden_file, std::string_view key = {}) {
  return refusal(contents(kFolder / golden_file), key);
}

/// A tensor of the storage "0" of 6 elements.
struct Tensor {
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape{2, 3};
  std::vector<std::int64_t> strides{3, 1};
  std::string storage = "ctorch\nFloatStorage\n";
  std::string key = "0";
  std::int64_t elements = 6;
  std::string metadata = {};
};

std::string arguments(const Tensor& tensor) {
  return "((" + text("storage") + tensor.storage + text(tensor.key) + text("cpu") +
         integer(tensor.elements) + "tQ" + integer(tensor.offset) + integers(tensor.shape) +
         integers(tensor.strides) + "\x89N" + tensor.metadata + "t";
}
std::string call(const std::string& module, const std::string& name, const std::string& tuple) {
  return "c" + module + "\n" + name + "\n" + tuple + "R";
}
std::string pickled(const Tensor& tensor) {
  return call("torch._utils", "_rebuild_tensor_v2", arguments(tensor));
}
std::string parameter(const std::string& tensor) {
  return call("torch._utils", "_rebuild_parameter", "(" + tensor + "\x89Nt");
}
std::string dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string opcodes = "}(";
  for (const auto& [key, value] : entries) opcodes.append(text(key)).append(value);
  return opcodes + "u";
}

/// A file of torch.save with this value and a storage of that many bytes, 0, 1, 2, ...
Bytes file_of(const std::string& value, std::size_t bytes = 24) {
  std::string storage;
  for (std::size_t i = 0; i < bytes; ++i) storage.push_back(static_cast<char>(i));
  return zip_of({{.name = "a/data.pkl", .stored = "\x80\x02" + value + "."},
                 {.name = "a/data/0", .stored = storage}});
}

std::string refusal_of(const Tensor& tensor) {
  return refusal(file_of(dict({{"w", pickled(tensor)}})));
}

TEST(TorchFile, ReadsWhatPyTorchWrote) {
  const auto expected = nlohmann::json::parse(read_text(kFolder / "expected.json"));
  EXPECT_EQ(expected.size(), 8U);
  for (const auto& [file, content] : expected.items())
    EXPECT_EQ(described(TorchFile(kFolder / file)), content) << file;
}

TEST(TorchFile, FindsTensorsByName) {
  const TorchFile file(kFolder / "types.pth");
  ASSERT_NE(file.find("BF16"), nullptr);
  EXPECT_EQ(file.find("BF16")->dtype, Dtype::bf16);
  EXPECT_EQ(file.find("fc.weight"), nullptr);
}

TEST(TorchFile, SharesTheBytesOfSharedStorages) {
  const Bytes bytes = contents(kFolder / "layouts.pth");
  const TorchFile file(bytes, "file");
  const std::byte* const whole = file.find("whole")->bytes.data();
  EXPECT_EQ(file.find("part")->bytes.data(), whole + 5 * sizeof(float));
  EXPECT_GE(whole, bytes.data());
  EXPECT_LT(whole, bytes.data() + bytes.size());
}

TEST(TorchFile, OutlivesTheNameItWasReadFrom) {
  const auto read = [] { return TorchFile(kFolder / "layouts.pth"); };
  const TorchFile file = read();
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): what is tested
  const TorchFile copy = file;
  EXPECT_EQ(described(copy), described(TorchFile(kFolder / "layouts.pth")));
}

TEST(TorchFile, ReadsTheEntryThatIsNamed) {
  const TorchFile file(kFolder / "average.pth", "state_dict");
  EXPECT_EQ(file.key(), "state_dict");
  EXPECT_EQ(hex(file.find("w")->bytes), "0000803f");
  EXPECT_THAT(refusal("average.pth", "net"),
              HasSubstr("no entry \"net\": it has state_dict, state_dict_ema"));
  EXPECT_THAT(refusal("checkpoint.pth", "epoch"),
              HasSubstr("entry \"epoch\" is a number, expected a dict of tensors"));
  EXPECT_THAT(refusal("checkpoint.pth", "args"), HasSubstr("is an object of argparse.Namespace"));
  EXPECT_THAT(refusal("checkpoint.pth", "optimizer"),
              HasSubstr("entry \"optimizer\" has no tensors: it has state, param_groups"));
}

TEST(TorchFile, TakesANetworkWithATensorOfAnEntrysNameForOne) {
  const Bytes bytes = file_of(dict({{"model", pickled({})}, {"x", pickled({})}}));
  const TorchFile file(bytes, "file");
  EXPECT_EQ(file.key(), "");
  EXPECT_EQ(file.tensors().size(), 2U);
}

TEST(TorchFile, LeavesOutPlainValues) {
  const std::string values = dict({{"none", "N"},
                                   {"number", integer(3)},
                                   {"text", text("x")},
                                   {"list", "]"},
                                   {"dict", "}"},
                                   {"ordered", call("collections", "OrderedDict", ")")},
                                   {"size", call("torch", "Size", "(" + integers({1}) + "t")},
                                   {"w", pickled({})}});
  const Bytes bytes = file_of(values);
  const TorchFile file(bytes, "file");
  ASSERT_EQ(file.tensors().size(), 1U);
  EXPECT_EQ(file.tensors()[0].name, "w");
}

TEST(TorchFile, LeavesOutTheCounterOfAnAverage) {
  const std::string counter =
      pickled({.shape = {}, .strides = {}, .storage = "ctorch\nLongStorage\n", .elements = 3});
  const Bytes averaged =
      file_of(dict({{"model_ema", dict({{"n_averaged", counter}, {"module.w", pickled({})}})}}));
  const TorchFile file(averaged, "file");
  ASSERT_EQ(file.tensors().size(), 1U);
  EXPECT_EQ(file.tensors()[0].name, "w");
  const Bytes plain = file_of(dict({{"n_averaged", counter}, {"w", pickled({})}}));
  EXPECT_EQ(TorchFile(plain, "file").tensors().size(), 2U) << "a network's own";
}

TEST(TorchFile, NeverExecutesWhatAFileNames) {
  EXPECT_NO_THROW(TorchFile(kFolder / "elsewhere.pth"));
  EXPECT_THAT(refusal("inside.pth"),
              AllOf(HasSubstr("tensor \"b\": reading it would run posix.system; temper never"),
                    HasSubstr("torch.save(model.state_dict(), PATH)")));
  EXPECT_FALSE(std::filesystem::exists("temper-ran-a-command"));
  // Within what makes a tensor, too.
  const std::string command = call("posix", "system", "(" + text("true") + "t");
  for (const std::string& value :
       {parameter(command), command + arguments({}) + "R",
        call("torch._tensor", "_rebuild_from_type_v2",
             "(cposix\nsystem\nctorch\nTensor\n" + arguments({}) + "Nt"),
        call("torch._tensor", "_rebuild_from_type_v2",
             "(ctorch._utils\n_rebuild_tensor_v2\n" + command + arguments({}) + "Nt")})
    EXPECT_THAT(refusal(file_of(dict({{"w", value}}))), HasSubstr("would run posix.system"));
  EXPECT_THAT(refusal(file_of(dict({{"w", pickled({.storage = command})}}))),
              HasSubstr("its storage is an object of posix.system"));
  EXPECT_THAT(refusal(file_of(dict({{"w", "N)R"}}))),
              HasSubstr("would run what is not a function"));
}

TEST(TorchFile, RefusesOtherFormatsWithTheLineThatConvertsThem) {
  EXPECT_THAT(refusal("old.pth"),
              AllOf(HasSubstr("PyTorch before 1.6"),
                    HasSubstr("python3 -c \"import torch, sys; torch.save(torch.load(sys.argv[1], "
                              "map_location='cpu', weights_only=True), sys.argv[2])\" OLD NEW")));
  EXPECT_THAT(refusal("script.pt"),
              AllOf(HasSubstr("TorchScript"), HasSubstr("torch.jit.load(sys.argv[1]")));
  EXPECT_THAT(refusal("module.pth"),
              HasSubstr("holds an object of torch.nn.modules.flatten.Flatten, expected a dict"));
  EXPECT_THAT(refusal(bytes_of("")), HasSubstr("not a file that torch.save wrote"));
  EXPECT_THAT(refusal(zip_of({{.name = "x.npy", .stored = "x"}})), HasSubstr("without data.pkl"));
  EXPECT_THAT(refusal(zip_of({{.name = "a/b/data.pkl", .stored = "x"}})),
              HasSubstr("without data.pkl"));
  EXPECT_THAT(refusal(zip_of(
                  {{.name = "a/data.pkl", .stored = "x"}, {.name = "b/data.pkl", .stored = "x"}})),
              HasSubstr("a/data.pkl and b/data.pkl, expected one"));
  EXPECT_THAT(refusal(zip_of(
                  {{.name = "a/data.pkl", .stored = "x"}, {.name = "a/code/x.py", .stored = ""}})),
              HasSubstr("TorchScript"));
}

TEST(TorchFile, RefusesBigEndianFiles) {
  EXPECT_THAT(refusal(zip_of({{.name = "a/data.pkl", .stored = "x"},
                              {.name = "a/byteorder", .stored = "big"}})),
              HasSubstr("byte order \"big\", expected \"little\""));
}

TEST(TorchFile, RefusesWhatIsNoStateDict) {
  EXPECT_THAT(refusal(file_of("]")), HasSubstr("holds a list, expected a dict of tensors"));
  EXPECT_THAT(refusal(file_of(pickled({}))),
              HasSubstr("holds an object of torch._utils._rebuild_tensor_v2"));
  EXPECT_THAT(refusal(file_of("}")), HasSubstr("the dict has no tensors."));
  EXPECT_THAT(refusal(file_of(dict({{"net", dict({{"w", pickled({})}})}}))),
              HasSubstr("the dict has no tensors: it has net. Name the entry"));
  EXPECT_THAT(refusal(file_of(dict({{"model", text("resnet18")}}))),
              HasSubstr("entry \"model\" is a text, expected a dict"));
  EXPECT_THAT(refusal(file_of("}" + integer(3) + pickled({}) + "s")),
              HasSubstr("a tensor whose name is a number"));
}

TEST(TorchFile, RefusesNamesThatOccurTwice) {
  EXPECT_THAT(refusal(file_of(dict({{"w", pickled({})}, {"w", pickled({})}}))),
              HasSubstr("tensor \"w\": the name occurs twice"));
  EXPECT_THAT(refusal(file_of(dict({{"w", pickled({})}, {"module.w", pickled({})}}))),
              HasSubstr("tensor \"w\": the name occurs twice"));
  EXPECT_THAT(refusal(file_of(dict({{"model", "}"}, {"model", "}"}}))),
              HasSubstr("entry \"model\" occurs twice"));
  EXPECT_THAT(refusal(file_of(dict({{"\xff", pickled({})}}))), HasSubstr("not UTF-8"));
}

TEST(TorchFile, SurvivesDictsThatContainThemselves) {
  EXPECT_THAT(refusal(file_of("}q\0"s + text("model") + "h\0s"s)),
              HasSubstr("entry \"model\" has no tensors: it has model"));
  const Bytes bytes = file_of("}q\0("s + text("w") + pickled({}) + text("x") + "h\0u"s);
  EXPECT_EQ(TorchFile(bytes, "file").tensors().size(), 1U);
}

TEST(TorchFile, RefusesTensorsOutsideOfTheirStorage) {
  constexpr std::int64_t most = INT64_MAX;
  EXPECT_THAT(
      refusal_of({.offset = 1}),
      HasSubstr("tensor \"w\": offset 1, shape [2, 3] and strides [3, 1] reach beyond the 6 "
                "elements of its storage"));
  EXPECT_THAT(refusal_of({.offset = most}), HasSubstr("reach beyond"));
  EXPECT_THAT(refusal_of({.shape = {3, 3}}), HasSubstr("reach beyond"));
  EXPECT_THAT(refusal_of({.shape = {most, most}}), HasSubstr("reach beyond"));
  EXPECT_THAT(refusal_of({.shape = {most, most}, .strides = {0, 0}}), HasSubstr("reach beyond"));
  EXPECT_THAT(refusal_of({.strides = {most, most}}), HasSubstr("reach beyond"));
  EXPECT_THAT(refusal_of({.offset = -1}), HasSubstr("not a non-negative integer"));
  EXPECT_THAT(refusal_of({.shape = {2, -3}}), HasSubstr("not a non-negative integer"));
  EXPECT_THAT(refusal_of({.strides = {3, -1}}), HasSubstr("not a non-negative integer"));
  EXPECT_THAT(refusal_of({.strides = {1}}), HasSubstr("2 sizes but 1 strides"));
  EXPECT_THAT(refusal_of({.shape = std::vector<std::int64_t>(65, 1)}), HasSubstr("65 dimensions"));
}

TEST(TorchFile, RefusesStoragesThatDoNotFitTheirBytes) {
  EXPECT_THAT(refusal_of({.elements = 7}),
              HasSubstr("its storage of 7 elements of type F32 has 24 bytes"));
  EXPECT_THAT(refusal_of({.elements = INT64_MAX}), HasSubstr("has 24 bytes"));
  EXPECT_THAT(refusal_of({.elements = -1}), HasSubstr("not a non-negative integer"));
  EXPECT_THAT(refusal_of({.storage = "ctorch\nDoubleStorage\n"}), HasSubstr("type F64 has 24"));
  EXPECT_THAT(refusal_of({.key = "1"}), HasSubstr("no member a/data/1"));
  EXPECT_THAT(refusal_of({.key = "../data.pkl"}), HasSubstr("no member a/data/../data.pkl"));
}

TEST(TorchFile, RefusesTensorsThatItDoesNotRead) {
  EXPECT_THAT(
      refusal_of({.storage = "ctorch\nComplexFloatStorage\n"}),
      HasSubstr("its storage is the name torch.ComplexFloatStorage; temper reads those of"));
  EXPECT_THAT(refusal_of({.storage = "cother\nFloatStorage\n"}), HasSubstr("other.FloatStorage"));
  EXPECT_THAT(refusal_of({.metadata = dict({{"neg", "\x88"}})}), HasSubstr("resolve_neg"));
  EXPECT_THAT(
      refusal(file_of(dict({{"w", call("torch._utils", "_rebuild_sparse_tensor", ")")}}))),
      HasSubstr(
          "made by torch._utils._rebuild_sparse_tensor, expected a dense tensor of type F64"));
  EXPECT_THAT(refusal(file_of(dict({{"w", call("torch._utils", "_rebuild_tensor_v2", ")")}}))),
              HasSubstr("not described as PyTorch does"));
  EXPECT_THAT(refusal(file_of(dict({{"w", parameter("N")}}))), HasSubstr("a parameter of None"));
  std::string wrapped = pickled({});
  for (int i = 0; i < 8; ++i) wrapped = parameter(wrapped);
  EXPECT_THAT(refusal(file_of(dict({{"w", wrapped}}))), HasSubstr("wrapped more than 8 times"));
}

TEST(TorchFile, LimitsTheMemoryOfAFile) {
  EXPECT_THAT(refusal_of({.shape = {1'000'000, 1'000'000}, .strides = {0, 0}}),
              AllOf(HasSubstr("more than 16 times the file's size"), HasSubstr("contiguous")));
  // Each of many views may be small.
  const std::string view = pickled({.shape = {1'000'000}, .strides = {0}});
  std::vector<std::pair<std::string, std::string>> entries;
  for (int i = 0; i < 10; ++i) entries.emplace_back("w" + std::to_string(i), view);
  EXPECT_THAT(refusal(file_of(dict(entries))), HasSubstr("16 times"));
  std::string zeros;
  zeros.resize(32'000'000);
  EXPECT_THAT(
      refusal(zip_of(
          {{.name = "a/data.pkl", .stored = deflated(zeros), .size = zeros.size(), .method = 8}})),
      HasSubstr("16 times"));
}

TEST(TorchFile, RefusesFilesCutShortOrChanged) {
  const Bytes whole = contents(kFolder / "types.pth");
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(refusal(cut), HasSubstr("cut short")) << size;
  }
  Bytes changed = whole;
  const auto storage = TorchFile(whole, "file").find("F32")->bytes.data() - whole.data();
  changed[static_cast<std::size_t>(storage)] ^= std::byte{1};
  EXPECT_THAT(refusal(changed), HasSubstr("CRC-32"));
}

TEST(TorchFile, SurvivesDamage) {
  const auto parse = [](const Bytes& bytes) {
    const TorchFile file(bytes, "damaged");
    for (const TensorView& tensor : file.tensors())
      EXPECT_EQ(size_of(tensor.dtype, tensor.shape),
                Bytes(tensor.bytes.begin(), tensor.bytes.end()).size());
  };
  survive_damage(contents(kFolder / "layouts.pth"), 1, parse, 1000);
  survive_damage(contents(kFolder / "protocol4.pth"), 2, parse, 1000);
  // Changes in the pickle alone, which are not found by the archive.
  const Bytes pickle = contents(TEMPER_SOURCE_DIR "/fuzz/corpus/torch_file/protocol2");
  const auto parse_pickle = [&](const Bytes& bytes) {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    parse(zip_of({{.name = "a/data.pkl", .stored = text},
                  {.name = "a/data/0", .stored = std::string(96, 'x')},
                  {.name = "a/data/1", .stored = std::string(4, 'x')}}));
  };
  survive_damage(pickle, 3, parse_pickle, 1000);
}

}  // namespace
}  // namespace temper::io::test
