package main

// The words that the invented people of the demo are made of. Surnames and given names are among the most
// common ones of their generations; put together at random they are nobody.

type generation struct{ women, men []string }

func surnames() []string {
	return []string{"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
		"罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕",
		"苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪", "田", "任", "姜", "范",
		"方", "石", "姚", "谭", "廖", "邹", "熊", "金", "陆", "郝", "孔", "白", "崔", "康", "毛", "邱", "秦", "江", "史", "顾"}
}

// born before about 1960.
func oldNames() generation {
	return generation{
		women: []string{"秀英", "桂英", "秀兰", "玉兰", "桂兰", "秀珍", "凤英", "玉珍", "玉英", "兰英", "淑珍", "淑兰", "桂珍", "素珍",
			"凤兰", "美华", "月英", "金凤", "惠芳", "佩芬", "雅琴", "翠英", "彩凤", "宝珍", "阿妹", "静娴", "慧珠", "文英", "招娣", "杏芳"},
		men: []string{"建国", "建华", "国强", "德明", "志明", "文斌", "永福", "金生", "国栋", "福根", "阿根", "宝根", "树林", "庆余",
			"炳荣", "家骏", "鸿章", "长根", "德福", "明德", "仁杰", "伯年", "松年", "耀祖", "振华", "学文", "启明", "光耀", "祥生", "荣根"},
	}
}

// their children, and those who help.
func youngNames() generation {
	return generation{
		women: []string{"丽", "敏", "静", "燕", "艳", "娟", "霞", "婷", "雪梅", "晓红", "丽华", "海燕", "文静", "佳怡", "欣怡", "思敏",
			"嘉琪", "慧敏", "晓雯", "雅婷", "梦洁", "诗涵", "玲", "莉", "蓉", "洁", "琳", "倩", "颖", "芸"},
		men: []string{"伟", "强", "磊", "军", "勇", "杰", "涛", "超", "明", "刚", "平", "辉", "鹏", "浩", "志强", "建军", "海涛", "俊杰",
			"文博", "子豪", "宇轩", "浩然", "晓东", "立新", "卫东", "国庆", "家明", "振宇", "嘉伟", "一鸣"},
	}
}

// health is an illness with what usually goes with it.
type health struct{ illness, medicine string }

func illnesses() []health {
	return []health{{"高血压", "氨氯地平 5mg 每日一次"}, {"2型糖尿病", "二甲双胍 0.5g 每日两次"}, {"冠心病", "阿司匹林 100mg 每日一次"},
		{"房颤", "利伐沙班 15mg 每日一次（抗凝）"}, {"慢性阻塞性肺病", "噻托溴铵吸入剂 每日一次"}, {"帕金森病", "多巴丝肼 每日三次"},
		{"脑梗后遗症", "氯吡格雷 75mg 每日一次"}, {"骨质疏松", "碳酸钙D3 每日一次"}, {"轻度认知障碍", "多奈哌齐 5mg 睡前"},
		{"青光眼", "布林佐胺滴眼液"}, {"慢性心衰", "呋塞米 20mg 每日一次"}, {"哮喘", "沙丁胺醇吸入剂 必要时"}, {"膝骨关节炎", "塞来昔布 必要时"},
		{"慢性肾病", "非布司他 40mg 每日一次"}, {"听力下降", ""}, {"白内障术后", ""}}
}

func allergies() []string {
	return []string{"青霉素", "磺胺类", "头孢类", "海鲜", "碘造影剂", "花生"}
}

func mobilities() []string {
	return []string{"行走自如", "行走自如", "需手杖", "需手杖", "需助行器", "轮椅", "卧床为主", "上下楼困难"}
}

func livings() []string {
	return []string{"独居", "独居", "独居", "与老伴同住", "与老伴同住", "与子女同住"}
}

func accesses() []string {
	return []string{"女儿有钥匙", "居委会存有备用钥匙", "门卫处有钥匙", "门口密码盒，接单后可见", "邻居有钥匙", "电子锁，家属可远程开门", "敲门后请多等一会儿"}
}

func notes() []string {
	return []string{"听力不好，请大声", "讲上海话", "讲宁波话，普通话能听懂", "家有小狗，不咬人", "夜里常起身", "心脏装有支架", "装有起搏器", "讲苏北话",
		"左侧偏瘫", "视力很差，请先报姓名", "", "", "", ""}
}

// englishElder is one of the few who came from elsewhere and stayed.
type englishElder struct{ name, sex string }

func englishElders() []englishElder {
	return []englishElder{{"Margaret Hollis", "f"}, {"Peter Lindqvist", "m"}, {"Ruth Abernathy", "f"}, {"George Whitlock", "m"},
		{"Elena Varga", "f"}, {"Thomas Okafor", "m"}, {"Ingrid Solheim", "f"}, {"Samuel Brandt", "m"}}
}

// kin is a relative as the family says it, and the sex that the word has.
type kin struct{ word, sex string }

func kins() []kin {
	return []kin{{"女儿", "f"}, {"儿子", "m"}, {"儿媳", "f"}, {"女婿", "m"}, {"孙女", "f"}, {"外孙", "m"}, {"侄女", "f"}, {"弟弟", "m"}}
}
