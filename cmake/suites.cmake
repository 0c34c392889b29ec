# Read by ctest, with `room`, `program` and `results`: every suite of a room's tests becomes one ctest test, in a process
# of its own. One process per case would load LibTorch a thousand times, which takes longer than the tests. The results
# of the cases are in the folder `results` (read by scripts/results.py).
if(NOT EXISTS "${program}")
  add_test("${room}_test_NOT_BUILT" "${program}")
  return()
endif()

set(list "${program}.cases")
if("${program}" IS_NEWER_THAN "${list}")
  execute_process(COMMAND "${program}" --gtest_list_tests OUTPUT_FILE "${list}" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    file(REMOVE "${list}")
    add_test("${room}_test_CANNOT_BE_LISTED" "${program}" --gtest_list_tests)
    return()
  endif()
endif()
file(STRINGS "${list}" suites REGEX "^[^ ]+[.]( |$)")
foreach(suite IN LISTS suites)
  string(REGEX REPLACE "[.]( .*)?$" "" suite "${suite}")
  string(REPLACE "/" "." file "${room}.${suite}.xml")
  add_test("${room}/${suite}" "${program}" "--gtest_filter=${suite}.*"
           "--gtest_output=xml:${results}/${file}")
  set_tests_properties("${room}/${suite}" PROPERTIES LABELS unit TIMEOUT 1200)
endforeach()
