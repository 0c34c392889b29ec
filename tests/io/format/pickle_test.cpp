#include "temper/io/format/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/io/support.h"

namespace temper::io::test {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using Kind = PickleValue::Kind;

/// A text for what a value is, of a pickle of protocol 2 with these opcodes before the end.
std::string text_of(const Pickle& pickle, PickleId id) {
  const PickleValue& value = pickle.at(id);
  std::string items;
  for (const PickleId item : value.items)
    items += (items.empty() ? "" : " ") + text_of(pickle, item);
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return value.integer != 0 ? "True" : "False";
    case Kind::integer:
      return std::to_string(value.integer);
    case Kind::text:
      return "'" + std::string(value.text) + "'";
    case Kind::other:
      return "other";
    case Kind::tuple:
      return "(" + items + ")";
    case Kind::list:
      return "[" + items + "]";
    case Kind::dict:
      return "{" + items + "}";
    case Kind::global:
      return pickle.name_of(id);
    case Kind::persistent:
      return "<" + text_of(pickle, value.arguments) + ">";
    case Kind::call:
      break;
  }
  return text_of(pickle, value.callable) + text_of(pickle, value.arguments) +
         (items.empty() ? "" : "{" + items + "}");
}

std::string text_of(const std::string& opcodes) {
  const Bytes bytes = bytes_of("\x80\x02" + opcodes + ".");
  const Pickle pickle = read_pickle(bytes, "file");
  return text_of(pickle, pickle.root);
}

std::string refusal(const std::string& pickle) {
  const Bytes bytes = bytes_of(pickle);
  const Error error = error_of([&] { read_pickle(bytes, "file"); });
  EXPECT_EQ(error.code(), Code::data);
  EXPECT_THAT(error.what(), HasSubstr("file: byte "));
  return error.what();
}

/// That of these opcodes in a pickle of protocol 2.
std::string refusal_of(const std::string& opcodes) {
  return refusal("\x80\x02" + opcodes);
}

TEST(Pickle, ReadsNumbers) {
  EXPECT_EQ(text_of("N"), "None");
  EXPECT_EQ(text_of("\x88"), "True");
  EXPECT_EQ(text_of("\x89"), "False");
  EXPECT_EQ(text_of("K\xff"), "255");
  EXPECT_EQ(text_of("M\xff\xff"), "65535");
  EXPECT_EQ(text_of("J\xfe\xff\xff\xff"), "-2");
  EXPECT_EQ(text_of("G\x3f\xf0\0\0\0\0\0\0"s), "other");
  EXPECT_EQ(text_of("\x8a\0"s), "0");
  EXPECT_EQ(text_of("\x8a\x01\xff"), "-1");
  EXPECT_EQ(text_of("\x8a\x02\xff\0"s), "255");
  EXPECT_EQ(text_of("\x8a\x08\0\0\0\0\0\0\0\x80"s), "-9223372036854775808");
  EXPECT_EQ(text_of("\x8a\x09\0\0\0\0\0\0\0\0\1"s), "other");
  EXPECT_EQ(text_of("\x8b\x01\0\0\0\x05"s), "5");
}

TEST(Pickle, ReadsTextAndBytes) {
  EXPECT_EQ(text_of("X\2\0\0\0ab"s), "'ab'");
  EXPECT_EQ(text_of("\x8c\2ab"), "'ab'");
  EXPECT_EQ(text_of("\x8d\2\0\0\0\0\0\0\0ab"s), "'ab'");
  EXPECT_EQ(text_of("B\2\0\0\0ab"s), "other");
  EXPECT_EQ(text_of("C\2ab"), "other");
  EXPECT_EQ(text_of("\x8e\2\0\0\0\0\0\0\0ab"s), "other");
  EXPECT_EQ(text_of("\x96\2\0\0\0\0\0\0\0ab"s), "other");
}

TEST(Pickle, ReadsContainers) {
  EXPECT_EQ(text_of(")"), "()");
  EXPECT_EQ(text_of("N\x85"), "(None)");
  EXPECT_EQ(text_of("K\1K\2\x86"), "(1 2)");
  EXPECT_EQ(text_of("K\1K\2K\3\x87"), "(1 2 3)");
  EXPECT_EQ(text_of("(K\1K\2K\3K\4t"), "(1 2 3 4)");
  EXPECT_EQ(text_of("]K\1a(K\2K\3e"), "[1 2 3]");
  EXPECT_EQ(text_of("}K\1K\2s(K\3K\4u"), "{1 2 3 4}");
  EXPECT_EQ(text_of("\x8f(K\1K\2\x90"), "[1 2]");
  EXPECT_EQ(text_of("(K\1\x91"), "[1]");
  EXPECT_EQ(text_of("(NN1N"), "None");
  EXPECT_EQ(text_of("NK\1"
                    "0"),
            "None");
  EXPECT_EQ(text_of("N(0"), "None");
  EXPECT_EQ(text_of("K\1"
                    "2\x86"),
            "(1 1)");
}

TEST(Pickle, RemembersValues) {
  EXPECT_EQ(text_of("K\1q\0h\0h\0\x87"s), "(1 1 1)");
  EXPECT_EQ(text_of("K\1r\1\0\0\0j\1\0\0\0\x86"s), "(1 1)");
  EXPECT_EQ(text_of("K\1\x94K\2\x94h\0h\1\x86\x87"s), "(1 2 (1 2))");
}

TEST(Pickle, KeepsCallsAsTheyAre) {
  EXPECT_EQ(text_of("cposix\nsystem\nX\2\0\0\0ls\x85R"s), "posix.system('ls')");
  EXPECT_EQ(text_of("\x8c\5posix\x8c\6system\x93\x8c\2ls\x85R"), "posix.system('ls')");
  EXPECT_EQ(text_of("ca\nB\n)\x81"), "a.B()");
  EXPECT_EQ(text_of("ca\nB\n)}\x92"), "a.B()");
  EXPECT_EQ(text_of("ca\nB\n)R}b"), "a.B()");
  EXPECT_EQ(text_of("ca\nB\n)RK\1K\2s(K\3e"), "a.B(){1 2}");
  EXPECT_EQ(text_of("K\1Q"), "<1>");
}

TEST(Pickle, ReadsValuesThatContainThemselves) {
  const Bytes bytes = bytes_of("\x80\x02]q\0h\0a."s);
  const Pickle pickle = read_pickle(bytes, "file");
  EXPECT_THAT(pickle.at(pickle.root).items, ::testing::ElementsAre(pickle.root));
}

TEST(Pickle, ReadsTuplesOfAnyDepth) {
  const Bytes bytes = bytes_of("\x80\x02N" + std::string(1'000'000, '\x85') + ".");
  EXPECT_EQ(read_pickle(bytes, "file").values.size(), 1'000'001U);
}

TEST(Pickle, RefusesOtherOpcodesAndProtocols) {
  EXPECT_THAT(refusal(""), HasSubstr("not a pickle"));
  EXPECT_THAT(refusal("(lp0\n."), HasSubstr("not a pickle"));
  EXPECT_THAT(refusal("\x80\x06N."), HasSubstr("protocol 6, expected 2 to 5"));
  EXPECT_THAT(refusal("\x80\x01N."), HasSubstr("protocol 1"));
  // Instances, extension codes, persistent names and numbers as text.
  for (const char op : "ioPIFLSVgpdl\x82\x83\x84\x97\x98"s)
    EXPECT_THAT(refusal_of({op}), HasSubstr("byte 2 of its pickle: opcode 0x"));
}

TEST(Pickle, RefusesWhatIsCutShort) {
  const std::string whole = "\x80\x04\x95\x08\0\0\0\0\0\0\0]q\0(K\1X\2\0\0\0abca\nb\n)Re."s;
  const Bytes bytes = bytes_of(whole);
  EXPECT_NO_THROW(read_pickle(bytes, "file"));
  for (std::size_t size = 0; size < whole.size(); ++size) refusal(whole.substr(0, size));
  EXPECT_THAT(refusal(whole + "x"), HasSubstr("1 more bytes follow"));
  EXPECT_THAT(refusal_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"), HasSubstr("bytes should follow"));
  EXPECT_THAT(refusal_of("c" + std::string(2000, 'x')), HasSubstr("without an end"));
}

TEST(Pickle, RefusesOpcodesWithoutTheirValues) {
  for (const auto* const opcodes : {"t", "e", "a", "s", "R", "Q", "b", "0", "2", "\x86", "N(\x85"})
    EXPECT_THAT(refusal_of(opcodes), HasSubstr("should come before")) << opcodes;
  EXPECT_THAT(refusal_of("N(N."), HasSubstr("2 values are left"));
  EXPECT_THAT(refusal_of("NN."), HasSubstr("2 values are left"));
  EXPECT_THAT(refusal_of("NNa"), HasSubstr("not a list"));
  EXPECT_THAT(refusal_of("]NNs"), HasSubstr("not a dict"));
  EXPECT_THAT(refusal_of("}(Nu"), HasSubstr("a key without a value"));
  EXPECT_THAT(refusal_of("NNR"), HasSubstr("not a tuple"));
  EXPECT_THAT(refusal_of("NN\x93"), HasSubstr("not a text"));
}

TEST(Pickle, LimitsWhatItKeeps) {
  EXPECT_THAT(refusal_of("h\5"), HasSubstr("value 5 is used, but was not remembered"));
  EXPECT_THAT(refusal_of("Nq\2h\1"), HasSubstr("value 1 is used"));
  EXPECT_THAT(refusal_of("Nr\xff\xff\xff\xff"), HasSubstr("remembered as number 4294967295"));
  EXPECT_THAT(refusal_of(std::string(1001, '(')), HasSubstr("nested more than 1000 deep"));
  EXPECT_THAT(refusal_of("N" + std::string(1'000'001, '2')), HasSubstr("more values at once"));
  std::string many = "(";
  for (int i = 0; i < 4'000'001; ++i) many += "N0";
  EXPECT_THAT(refusal_of(many), HasSubstr("more than 4000000 values"));
}

}  // namespace
}  // namespace temper::io::test
