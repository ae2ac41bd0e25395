use std::collections::{HashMap, HashSet};

use super::*;

/// Pickles made by CPython 3.11's `pickle.dumps(value, protocol=4)`.
const SET_OF_TUPLES: &[u8] =
    b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8f\x94(K\x01\x8c\x01a\x94\x86\x94\x90.";

fn decode<T: FromReply>(record: &[u8]) -> Result<T> {
    T::from_record(RawRecord::Bytes(record.to_vec()))
}

#[test]
fn scalars_are_text() {
    assert_eq!(decode::<i64>(b"-5").unwrap(), -5);
    assert_eq!(decode::<f64>(b"1e300").unwrap(), 1e300);
    assert!(decode::<f64>(b"nan").unwrap().is_nan());
    assert!(decode::<bool>(b"1").unwrap());
    assert_eq!(decode::<String>("é".as_bytes()).unwrap(), "é");
    assert_eq!(decode::<Vec<u8>>(b"\x00\xff").unwrap(), [0, 255]);
}

#[test]
fn sets_and_tuples_survive() {
    let set: HashSet<(i64, String)> = decode(SET_OF_TUPLES).unwrap();
    assert_eq!(set, HashSet::from([(1, "a".to_string())]));
}

#[test]
fn a_set_of_bytes_is_no_byte_string() {
    let set: HashSet<u8> = decode(b"\x80\x04\x8f\x94(K\x01K\x02\x90.").unwrap();
    assert_eq!(set, HashSet::from([1, 2]));
}

#[test]
fn pickled_scalars_decode_too() {
    assert_eq!(decode::<i32>(b"\x80\x04K\x07.").unwrap(), 7);
}

#[test]
fn a_wrong_type_says_what_came() {
    let error = decode::<HashMap<String, i64>>(SET_OF_TUPLES).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a Python value: expected a dict, but the server sent set {(1, \"a\")}"
    );
    let error = decode::<u8>(b"300").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the result: expected an int that fits u8, but the server sent b\"300\""
    );
}

#[test]
fn an_option_takes_none_or_one_record() {
    let record = || RawRecord::from("4");
    assert_eq!(Option::<i64>::from_records(vec![]).unwrap(), None);
    assert_eq!(
        Option::<i64>::from_records(vec![record()]).unwrap(),
        Some(4)
    );
    assert!(Option::<i64>::from_records(vec![record(), record()]).is_err());
    assert!(i64::from_records(vec![]).is_err());
}

#[test]
fn lists_of_the_protocol_decode() {
    let list = || {
        RawRecord::List(vec![
            RawRecord::from("a"),
            RawRecord::Int(2),
            RawRecord::List(vec![RawRecord::from("1.500000")]),
        ])
    };
    let decoded: (String, i64, Vec<f64>) = FromReply::from_record(list()).unwrap();
    assert_eq!(decoded, ("a".to_string(), 2, vec![1.5]));
    let PyValue::List(items) = PyValue::from_record(list()).unwrap() else {
        panic!("a list");
    };
    assert_eq!(items[1], PyValue::I64(2));
}

#[test]
fn what_python_prints_decodes() {
    let record = RawRecord::from("{'key': 'a', 'value': 2}");
    let map: HashMap<String, PyValue> = FromReply::from_record(record.clone()).unwrap();
    assert_eq!(map["value"], PyValue::I64(2));
    #[derive(serde::Deserialize)]
    struct Count {
        key: String,
        value: i64,
    }
    let Pickle(count) = Pickle::<Count>::from_record(record).unwrap();
    assert_eq!((count.key.as_str(), count.value), ("a", 2));
}

#[test]
fn one_record_can_be_taken_as_itself() {
    let total = i64::from_results(vec![RawRecord::from("7")]).unwrap();
    assert_eq!(total, 7);
    let error = i64::from_results(vec![]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the result: expected one record, but the server sent 0 records"
    );
}

#[test]
fn none_of_other_clients_is_none() {
    let record = RawRecord::Bytes(b"\x80\x04N.".to_vec());
    assert_eq!(Option::<i64>::from_records(vec![record]).unwrap(), None);
}
