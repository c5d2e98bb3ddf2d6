package registry

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/geo"

	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"
)

// The kinds of record that spreadsheets hold.
const (
	Elders   = "elders"
	Contacts = "contacts"
	Devices  = "devices"
	Helpers  = "helpers"

	Providers = "providers"
)

// columnsOf gives the columns of a kind, in the order of an export, and those without which an
// import makes no sense. Their names are those of the JSON fields.
func columnsOf(kind string) (all, needed []string) {
	switch kind {
	case Elders:
		return strings.Fields(`id centre number name sex birth_date id_kind id_number phones language dialect area address
			position household tier living care_level illnesses medicines allergies mobility access notes legal_hold legal_hold_reason`), []string{"name"}
	case Contacts:
		return strings.Fields(`id elder name role relation phones channels order language languages hours has_key note`),
			[]string{"elder", "name", "phones"}
	case Devices:
		return strings.Fields(`id identity protocol kind elder centre place sim carrier beat_s battery_hours installed_at installed_by note`), []string{"identity", "protocol"}
	case Helpers:
		return strings.Fields(`id centre name phones language kind position skills services on_duty modes schedule keys_for
			provider areas certificates background_check status status_reason status_from status_until notices absences
			weekly_offers quiet_hours household`),
			[]string{"name", "phones"}
	case Providers:
		return strings.Fields(`id centre name kind phones contact_name address position services areas schedule certificates inspections
			status status_reason status_from status_until notices`), []string{"name"}
	}
	return nil, nil
}

// columnNamed gives the column that a heading means; Chinese headings and the singular are understood.
func columnNamed(heading string, all []string) string {
	name := strings.ReplaceAll(fold(heading), " ", "_")
	for _, known := range all {
		if name == known || name+"s" == known {
			return known
		}
	}
	if name == "lat" || name == "lon" {
		return name
	}
	return chineseHeadings()[name]
}

func chineseHeadings() map[string]string {
	return map[string]string{"编号": "id", "姓名": "name", "名称": "name", "性别": "sex", "出生日期": "birth_date", "生日": "birth_date",
		"电话": "phones", "手机": "phones", "联系电话": "phones", "手机号": "phones", "语言": "language", "地址": "address", "住址": "address",
		"位置": "position", "坐标": "position", "纬度": "lat", "经度": "lon", "等级": "tier", "居住情况": "living", "疾病": "illnesses", "病史": "illnesses",
		"用药": "medicines", "药物": "medicines", "过敏": "allergies", "行动能力": "mobility", "进门方式": "access", "备注": "notes",
		"老人": "elder", "老人编号": "elder", "角色": "role", "关系": "relation", "渠道": "channels", "顺序": "order", "有钥匙": "has_key",
		"设备号": "identity", "协议": "protocol", "类型": "kind", "技能": "skills", "服务": "services", "在岗": "on_duty", "出行方式": "modes",
		"班次": "schedule", "每周次数": "weekly_offers", "每周最多次数": "weekly_offers", "免打扰": "quiet_hours", "免打扰时间": "quiet_hours", "持有钥匙": "keys_for", "中心": "centre",
		"单位": "provider", "所属企业": "provider", "加盟企业": "provider", "服务区域": "areas", "证书": "certificates", "资质": "certificates",
		"背景审查": "background_check", "无犯罪证明": "background_check", "状态": "status", "状态原因": "status_reason", "状态开始": "status_from",
		"状态截止": "status_until", "特别提示": "notices", "请假": "absences", "顶班": "absences", "联系人": "contact_name", "企业类型": "kind",
		"服务项目": "services", "年检": "inspections",
		"老人号": "number", "档案号": "number", "档案编号": "number", "证件类型": "id_kind", "证件种类": "id_kind", "证件号": "id_number", "证件号码": "id_number",
		"身份证": "id_number", "身份证号": "id_number", "身份证号码": "id_number", "方言": "dialect", "区划": "area", "区划代码": "area", "社区代码": "area",
		"社区": "area", "家庭": "household", "同住户": "household", "户号": "household", "照护等级": "care_level", "护理等级": "care_level", "失能等级": "care_level",
		"禁止删除": "legal_hold", "禁止删除原因": "legal_hold_reason", "会说语言": "languages", "联系时间": "hours", "可联系时间": "hours", "说明": "note",
		"安装位置": "place", "sim卡": "sim", "sim卡号": "sim", "卡号": "sim", "运营商": "carrier", "心跳间隔秒": "beat_s", "电池小时": "battery_hours", "安装时间": "installed_at", "安装日期": "installed_at", "安装人": "installed_by"}
}

// jsonOf turns a cell into the JSON of its field, or says what the cell should have been.
func jsonOf(column, cell string, excel bool) (raw json.RawMessage, problem string) {
	var v any = cell
	switch column {
	case "birth_date":
		if excel {
			v = dateOfSerial(cell)
		}
	case "certificates":
		v, problem = partsOf[Certificate](cell)
	case "notices":
		v, problem = partsOf[Notice](cell)
	case "absences":
		v, problem = partsOf[Absence](cell)
	case "inspections":
		v, problem = partsOf[Inspection](cell)
	case "background_check":
		v, problem = partOf[BackgroundCheck](cell)
	case "installed_at":
		v, problem = instantOf(cell, excel)
	case "phones", "channels", "modes", "keys_for", "areas", "languages":
		v = splitOn(cell, ";；,，、|\n")
	case "illnesses", "medicines", "allergies", "skills", "services":
		v = splitOn(cell, ";；\n")
		if !strings.ContainsAny(cell, ";；\n") {
			v = splitOn(cell, "、")
		}
	case "has_key", "on_duty", "legal_hold":
		v, problem = boolOf(cell)
	case "order", "weekly_offers":
		v, problem = wholeOf(cell)
	case "position":
		v, problem = placeOfCell(cell)
	case "schedule", "hours", "quiet_hours":
		v, problem = shiftsOf(cell)
	}
	if problem != "" {
		return nil, problem
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, "cannot be read"
	}
	return raw, ""
}

// instantOf reads a time, or a day, which is taken for its beginning in UTC.
func instantOf(cell string, excel bool) (any, string) {
	if t, err := time.Parse(time.RFC3339, cell); err == nil {
		return t, ""
	}
	if excel {
		cell = dateOfSerial(cell)
	}
	t, err := time.Parse(time.DateOnly, dateOf(cell))
	if err != nil {
		return nil, "must be a day like 2026-11-25 or a time like 2026-11-25T08:00:00Z"
	}
	return t, ""
}

func splitOn(cell, separators string) []string {
	return tidyList(strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(separators, r) }))
}

func boolOf(cell string) (any, string) {
	switch fold(cell) {
	case "true", "yes", "y", "1", "是", "有", "对":
		return true, ""
	case "false", "no", "n", "0", "否", "无", "没有":
		return false, ""
	}
	return nil, "must be yes or no"
}

func wholeOf(cell string) (any, string) {
	n, err := strconv.Atoi(narrow(cell))
	if err != nil {
		return nil, "must be a whole number"
	}
	return n, ""
}

// placeOfCell reads "31.2304,121.4737", latitude first.
func placeOfCell(cell string) (any, string) {
	parts := strings.FieldsFunc(narrow(cell), func(r rune) bool { return strings.ContainsRune(",; \t", r) })
	if len(parts) != 2 {
		return nil, "must be a latitude and a longitude, like 31.2304,121.4737"
	}
	lat, errLat := strconv.ParseFloat(parts[0], 64)
	lon, errLon := strconv.ParseFloat(parts[1], 64)
	switch {
	case errLat != nil || errLon != nil:
		return nil, "must be a latitude and a longitude, like 31.2304,121.4737"
	case geo.Valid(orb.Point{lat, lon}) && !geo.Valid(orb.Point{lon, lat}):
		return nil, "has a latitude beyond 90: the latitude comes first, then the longitude"
	case !geo.Valid(orb.Point{lon, lat}):
		return nil, "is no place on earth: latitude from -90 to 90, longitude from -180 to 180"
	}
	return geo.Position{Point: orb.Point{lon, lat}}, ""
}

// shiftsOf reads "1-5 08:00-18:00; 6,7 09:00-12:00".
func shiftsOf(cell string) (any, string) {
	const problem = "must be times like 1-5 08:00-18:00; 6,7 09:00-12:00, where 1 is Monday"
	var all []Shift
	for _, part := range splitOn(narrow(cell), ";\n") {
		days, times, ok := strings.Cut(part, " ")
		from, to, okTimes := strings.Cut(strings.TrimSpace(times), "-")
		s := Shift{From: strings.TrimSpace(from), To: strings.TrimSpace(to)}
		for _, d := range strings.Split(days, ",") {
			first, last, _ := strings.Cut(d, "-")
			s.Days = append(s.Days, daysBetween(first, orDefault(last, first))...)
		}
		if !ok || !okTimes || len(s.Days) == 0 {
			return nil, problem
		}
		all = append(all, s)
	}
	return all, ""
}

func daysBetween(first, last string) []int {
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(last)
	if errA != nil || errB != nil || a < 1 || b > 7 {
		return []int{0} // no day: the check of the shift says so
	}
	var days []int
	for d := a; d <= b; d++ {
		days = append(days, d)
	}
	return days
}

// dateOfSerial reads a date as Excel stores it, as the number of days since 1900. Four digits up
// to 2100 are a year.
func dateOfSerial(cell string) string {
	n, err := strconv.Atoi(strings.TrimSuffix(cell, ".0"))
	if err != nil || n <= 2100 || n > 73050 {
		return cell
	}
	t, err := excelize.ExcelDateToTime(float64(n), false)
	if err != nil {
		return cell
	}
	return t.Format(time.DateOnly)
}

// cellOf gives the cell of a record's field, as jsonOf reads it.
func cellOf(x any, column string) string {
	v := reflect.ValueOf(x)
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == column {
			return cellText(v.Field(i).Interface())
		}
	}
	return ""
}

func cellText(field any) string {
	switch f := field.(type) {
	case *geo.Position:
		if f == nil {
			return ""
		}
		return degrees(f.Point.Lat()) + "," + degrees(f.Point.Lon())
	case *time.Time:
		if f == nil {
			return ""
		}
		return f.Format(time.RFC3339)
	case []Shift:
		return shiftText(f)
	case *int:
		if f == nil {
			return ""
		}
		return strconv.Itoa(*f)
	case bool:
		if f {
			return "yes"
		}
		return "no"
	}
	switch v := reflect.ValueOf(field); {
	case v.Kind() == reflect.Struct:
		return partText(v)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		return partsText(v)
	case v.Kind() == reflect.Slice:
		return listText(v)
	}
	return fmt.Sprint(field)
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }

// listText ends a single entry with 、 in it with a semicolon, which says that it is one.
func listText(v reflect.Value) string {
	var all []string
	for i := range v.Len() {
		all = append(all, v.Index(i).String())
	}
	text := strings.Join(all, ";")
	if len(all) == 1 && strings.Contains(text, "、") {
		text += ";"
	}
	return text
}

func shiftText(all []Shift) string {
	var out []string
	for _, s := range all {
		days := slices.Clone(s.Days)
		slices.Sort(days)
		var names []string
		for _, d := range days {
			names = append(names, strconv.Itoa(d))
		}
		out = append(out, strings.Join(names, ",")+" "+s.From+"-"+s.To)
	}
	return strings.Join(out, ";")
}
