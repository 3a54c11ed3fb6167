from lib import countries


def test_france_and_its_neighbours_come_first_then_the_union_then_others() -> None:
    names = [name for _code, name in countries.choices("fr")]
    assert names[:5] == ["France", "Allemagne", "Luxembourg", "Suisse", "Belgique"]
    assert names[5:8] == ["Autriche", "Bulgarie", "Chypre"]
    assert names.index("Tchéquie") < names.index("Afrique du Sud")


def test_each_country_is_offered_once_and_one_that_is_missing_can_be_added() -> None:
    codes = [code for code, _name in countries.choices("en", besides="PE")]
    assert len(codes) == len(set(codes))
    assert "PE" in codes
    assert "PE" not in dict(countries.choices("en"))


def test_letters_that_no_country_has_are_their_own_name() -> None:
    assert countries.name("QQ", "fr") == "QQ"
